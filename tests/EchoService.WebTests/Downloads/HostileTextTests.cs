using EchoService.Tests.Testing;
using EchoService.WebTests.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EchoService.WebTests.Downloads;

/// <summary>Names, URLs and errors come from strangers: they are shown as text, whatever they are.</summary>
public sealed class HostileTextTests(Browser browser)
{
    private const string Markup = "<script>document.title='owned'</script><img src=x onerror=document.title='owned'>";
    private const string Bidi = "invoice\u202Efdp.exe";

    [Theory]
    [InlineData(Markup)]
    [InlineData(Bidi)]
    [InlineData("{{main}}$&\u2028\u2066end")]
    public async Task HostileNamesAndUrlsAreShownAsText(string text)
    {
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        var client = new DownloadsClient(service.CreateClient());
        browser.Origin.OnPrefix("/hostile", (_, _) => OriginAnswer.File(1, 10) with
        {
            Headers = [("Content-Disposition", $"attachment; filename*=UTF-8''{Uri.EscapeDataString(text)}")],
        });
        var id = await client.SubmitAsync([text, browser.Origin.Url("/hostile").AbsoluteUri + "?" + text, "http://no.invalid/" + text], new { name = text });
        await client.EndAsync(id);

        await using var open = await browser.OpenAsync(service, "/", new() { ViewportSize = new() { Width = 360, Height = 740 } });
        await Expect(open.Page.Locator("job-row .title")).ToHaveTextAsync(Visible(text), Normal());
        await open.HasNoSidewaysScrollAsync();
        await open.Page.Locator("job-row .title").ClickAsync();
        await Expect(open.Page.Locator("h1")).ToHaveTextAsync(Visible(text), Normal());
        await Expect(open.Page.Locator(".url").First).ToHaveTextAsync(Visible(text), Normal());
        await open.HasNoSidewaysScrollAsync();
        await NothingWasRunAsync(open);
    }

    [Fact]
    public async Task EightKilobytesFitIntoARow()
    {
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        var client = new DownloadsClient(service.CreateClient());
        var id = await client.SubmitAsync(["http://no.invalid/" + new string('x', 8_000), new string('\u202E', 2_000) + Markup], new { name = new string('W', 200) });
        await client.EndAsync(id);
        await using var open = await browser.OpenAsync(service, $"/?job={id}", new() { ViewportSize = new() { Width = 360, Height = 740 } });
        await Expect(open.Page.Locator("item-table tbody tr")).ToHaveCountAsync(2);
        await open.HasNoSidewaysScrollAsync();
        Assert.InRange(await open.Page.Locator("item-table tbody tr").First.EvaluateAsync<int>("row => row.offsetHeight"), 20, 400);
        await NothingWasRunAsync(open);
    }

    private static async Task NothingWasRunAsync(OpenPage open)
    {
        Assert.NotEqual("owned", await open.Page.TitleAsync());
        Assert.Equal(0, await open.Page.Locator("main img, main script").CountAsync());
        Assert.Empty(open.Complaints);
    }

    /// <summary>What the page makes of it: the deceiving characters spelled out.</summary>
    private static string Visible(string text) => string.Concat(text.Select(character =>
        character is '\u202E' or '\u2028' or '\u2066' ? $"\\u{(int)character:x4}" : character.ToString()));

    private static LocatorAssertionsToHaveTextOptions Normal() => new() { UseInnerText = false };
}
