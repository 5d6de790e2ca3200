using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

public sealed class FetchEndpointTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StreamsThePageWithItsTypeAndSavesNothing()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/page", OriginAnswer.Text("<h1>hi</h1>")).On("/moved", OriginAnswer.Redirect("/page"));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();

        using var response = await http.PostAsJsonAsync("/fetch", new { url = origin.Url("/moved") }, Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("<h1>hi</h1>", await response.Content.ReadAsStringAsync(Token));
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("200", response.Headers.GetValues("X-Fetch-Status").Single());
        Assert.Equal(origin.Url("/page").AbsoluteUri, response.Headers.GetValues("X-Fetch-Url").Single());
        Assert.Contains("sandbox", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(service.DataDirectory, "files")));
    }

    /// <summary>Origins write what they like; a header of ours takes ASCII.</summary>
    [Fact]
    public async Task AMediaTypeThatNoHeaderTakesIsAnUnknownOne()
    {
        await using var origin = RawOrigin.Start("HTTP/1.1 200 OK\r\nContent-Type: application/pdf; name=\"Gr\u00f6\u00dfe.pdf\"\r\nContent-Length: 2\r\n\r\nhi");
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync([origin.Url("/a").AbsoluteUri]);
        await downloads.EndAsync(id);

        using var fetched = await http.PostAsJsonAsync("/fetch", new { url = origin.Url("/b") }, Token);
        using var saved = await http.GetAsync($"/downloads/{id}/items/1/content", Token);

        Assert.Equal(("hi", "hi"), (await fetched.Content.ReadAsStringAsync(Token), await saved.Content.ReadAsStringAsync(Token)));
        Assert.All([fetched, saved], response => Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.ToString()));
    }

    [Fact]
    public async Task TellsWhatWentWrongByStatusAndCode()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/hangs", new OriginAnswer { HangBeforeHeaders = true }).On("/broken", OriginAnswer.Error(500));
        using var service = new ServiceFixture(("Downloads:Egress:AllowedNetworks:0", "127.0.0.1/32"));
        using var http = service.CreateClient();
        using var impatient = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:FirstByteSeconds", "0.5"));
        using var hasty = impatient.CreateClient();

        Assert.Equal((HttpStatusCode.BadRequest, "invalidUrl"), await FetchAsync(http, "no url"));
        Assert.Equal((HttpStatusCode.BadRequest, "invalidUrl"), await FetchAsync(http, null));
        Assert.Equal((HttpStatusCode.Forbidden, "blockedAddress"), await FetchAsync(http, "http://127.0.0.2/"));
        Assert.Equal((HttpStatusCode.GatewayTimeout, "timeout"), await FetchAsync(hasty, origin.Url("/hangs").AbsoluteUri));
        Assert.Equal((HttpStatusCode.BadGateway, "httpStatus"), await FetchAsync(http, origin.Url("/broken").AbsoluteUri));
        Assert.Equal((HttpStatusCode.BadGateway, "notFound"), await FetchAsync(http, origin.Url("/missing").AbsoluteUri));
        Assert.Equal((HttpStatusCode.BadGateway, "dns"), await FetchAsync(http, "http://no-such-name.invalid/"));
    }

    [Fact]
    public async Task BreaksTheConnectionWhenTheBodyBreaksOff()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/cut", OriginAnswer.File(1, 1_000_000) with { CutAfter = 500_000 });
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();

        await Assert.ThrowsAsync<HttpRequestException>(() => http.PostAsJsonAsync("/fetch", new { url = origin.Url("/cut") }, Token));
    }

    private static async Task<(HttpStatusCode, string?)> FetchAsync(HttpClient http, string? url)
    {
        using var response = await http.PostAsJsonAsync("/fetch", new { url }, Token);
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token)).RootElement;
        return (response.StatusCode, problem.GetProperty("code").GetString());
    }
}
