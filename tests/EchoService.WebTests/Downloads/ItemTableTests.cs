using EchoService.Tests.Testing;
using EchoService.WebTests.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EchoService.WebTests.Downloads;

/// <summary>Items come and go while somebody reads them, aims at them and has the focus on them.</summary>
public sealed class ItemTableTests(Browser browser)
{
    [Fact]
    public async Task AFocusedLinkKeepsTheFocusWhileARowComesAboveIt()
    {
        var gate = new TaskCompletionSource();
        using var service = Patient();
        await using var open = await RunningAsync(service, "/focus/", gate, ["late", "early", "never"], "&state=done");
        var link = open.Link("Save early");
        await link.FocusAsync();
        var element = await link.ElementHandleAsync();
        gate.SetResult();
        await Expect(Rows(open)).ToHaveCountAsync(2);
        await Expect(Rows(open).First).ToContainTextAsync("late");
        Assert.True(await element.EvaluateAsync<bool>("link => link.isConnected"), "The link was made anew.");
        await Expect(link).ToBeFocusedAsync();
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task APressThatLastsWhileTheListIsReadSavesTheFile()
    {
        var gate = new TaskCompletionSource();
        using var service = Patient();
        await using var open = await RunningAsync(service, "/press/", gate, ["early", "late", "never"], "&state=done");
        await open.Link("Save early").HoverAsync();
        var file = await open.Page.RunAndWaitForDownloadAsync(async () =>
        {
            await open.Page.Mouse.DownAsync();
            gate.SetResult();
            await Expect(Rows(open)).ToHaveCountAsync(2);
            await open.Page.Mouse.UpAsync();
        });
        Assert.Equal("early", file.SuggestedFilename);
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task SelectedTextStaysWhileTheRowAboveItGoes()
    {
        var gate = new TaskCompletionSource();
        using var service = Patient();
        await using var open = await RunningAsync(service, "/select/", gate, ["late", "never"], "&state=running");
        await Expect(Rows(open)).ToHaveCountAsync(2);
        await open.Page.Locator(".url").Nth(1).EvaluateAsync("url => getSelection().selectAllChildren(url)");
        gate.SetResult();
        await Expect(Rows(open)).ToHaveCountAsync(1);
        Assert.Equal(browser.Origin.Url("/select/never").AbsoluteUri, await open.Page.EvaluateAsync<string>("getSelection().toString()"));
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task ARowTellsWhatHasChangedAndStaysTheSame()
    {
        var gate = new TaskCompletionSource();
        using var service = Patient();
        await using var open = await RunningAsync(service, "/same/", gate, ["late", "never"], "");
        var row = Rows(open).First;
        await Expect(row).ToContainTextAsync("Running");
        var element = await row.ElementHandleAsync();
        gate.SetResult();
        await Expect(row).ToContainTextAsync("Done");
        await Expect(row).ToContainTextAsync("100 B");
        await Expect(open.Link("Save late")).ToBeVisibleAsync();
        await Expect(open.Page.GetByRole(AriaRole.Link, new() { Name = "Save" })).ToHaveCountAsync(1);
        Assert.True(await element.EvaluateAsync<bool>("row => row.isConnected"), "The row was made anew.");
        Assert.Empty(open.Complaints);
    }

    private static ILocator Rows(OpenPage open) => open.Page.Locator("item-table tbody tr");

    /// <summary>A service that goes on waiting for an answer, however slow the machine.</summary>
    private static ServiceFixture Patient() => new(DownloadsClient.Loopback, ("Downloads:FirstByteSeconds", "300"));

    /// <summary>The page of a job with items that are done early, wait for the gate (late), or never end.</summary>
    private async Task<OpenPage> RunningAsync(ServiceFixture service, string prefix, TaskCompletionSource gate, string[] names, string filter)
    {
        browser.Origin
            .On($"{prefix}early", OriginAnswer.File(1, 100))
            .On($"{prefix}late", OriginAnswer.File(2, 100) with { Gate = gate.Task })
            .On($"{prefix}never", OriginAnswer.File(3, 100) with { HangBeforeHeaders = true });
        var id = await new DownloadsClient(service.CreateClient()).SubmitAsync(names.Select(name => prefix + name), browser.Origin);
        return await browser.OpenAsync(service, $"/?job={id}{filter}");
    }
}
