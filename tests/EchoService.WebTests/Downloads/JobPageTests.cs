using EchoService.Tests.Testing;
using EchoService.WebTests.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EchoService.WebTests.Downloads;

/// <summary>One job on its page.</summary>
public sealed class JobPageTests(Browser browser)
{
    [Fact]
    public async Task ItemsAreFilteredByStateAndErrorAndTheFailedOnesTriedAgain()
    {
        browser.Origin
            .On("/filter/good", OriginAnswer.File(1, 500))
            .On("/filter/late", OriginAnswer.Error(404), OriginAnswer.File(2, 700))
            .On("/filter/teapot", OriginAnswer.Error(418));
        var id = await EndedAsync(["/filter/good", "/filter/late", "/filter/teapot", "/filter/good"]);
        await using var open = await browser.OpenAsync($"/?job={id}");
        await Expect(Rows(open)).ToHaveCountAsync(4);
        await Expect(State(open)).ToHaveTextAsync("Completed");
        await Expect(Rows(open).Nth(3)).ToContainTextAsync("Same URL as line 1");

        await Tile(open, "Failed").ClickAsync();
        await Expect(Rows(open)).ToHaveCountAsync(2);
        await Expect(Rows(open).Nth(1)).ToContainTextAsync("HTTP status (418)");
        await open.Page.GetByLabel("Filter by error").SelectOptionAsync("notFound");
        await Expect(Rows(open)).ToHaveCountAsync(1);
        Assert.EndsWith("state=failed&error=notFound", open.Page.Url, StringComparison.Ordinal);

        await open.Page.ReloadAsync();
        await Expect(Rows(open)).ToHaveCountAsync(1);
        await open.Button("Retry: Not found").ClickAsync();
        await Expect(Tile(open, "Done").Locator("b")).ToHaveTextAsync("2");
        await Expect(State(open)).ToHaveTextAsync("Completed");
        await Expect(open.Page.GetByText("No item is in this state now.")).ToBeVisibleAsync();
        await Tile(open, "Done").ClickAsync();
        await Expect(Rows(open)).ToHaveCountAsync(2);
        await Expect(Rows(open).Nth(1)).ToContainTextAsync("700 B");
        await Expect(open.Button("Retry failed")).ToBeVisibleAsync();
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task AFileAnArchiveAndAManifestAreSaved()
    {
        browser.Origin.On("/save/report.pdf", OriginAnswer.File(3, 4_321) with { ContentType = "application/pdf" });
        var id = await EndedAsync(["/save/report.pdf"]);
        await using var open = await browser.OpenAsync($"/?job={id}");
        var file = await open.Page.RunAndWaitForDownloadAsync(() => open.Link("Save report.pdf").ClickAsync());
        Assert.Equal("report.pdf", file.SuggestedFilename);
        Assert.Equal(new SeededBody(3, 4_321).ToArray(), await File.ReadAllBytesAsync(await file.PathAsync(), TestContext.Current.CancellationToken));

        var archive = await open.Page.RunAndWaitForDownloadAsync(() => open.Link("Files as zip").ClickAsync());
        Assert.Equal(0x504B0304, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(await ReadAsync(archive)));
        var manifest = await open.Page.RunAndWaitForDownloadAsync(() => open.Link("Manifest").ClickAsync());
        Assert.Contains("\"fileName\":\"report.pdf\"", System.Text.Encoding.UTF8.GetString(await ReadAsync(manifest)), StringComparison.Ordinal);
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task AJobIsPausedResumedAndSeenToEnd()
    {
        var gate = new TaskCompletionSource();
        browser.Origin.OnPrefix("/pause/", (_, _) => OriginAnswer.File(1, 100) with { Gate = gate.Task });
        var id = await browser.Client().SubmitAsync(["/pause/1", "/pause/2"], browser.Origin, new { name = "To pause" });
        await using var open = await browser.OpenAsync($"/?job={id}");
        await open.Button("Pause").ClickAsync();
        await Expect(State(open)).ToHaveTextAsync("Paused");
        await Expect(open.Page.Locator(".percent")).ToHaveTextAsync("0%");
        await open.Button("Resume").ClickAsync();
        await Expect(State(open)).ToHaveTextAsync("Running");
        await Expect(open.Page.GetByRole(AriaRole.Img, new() { Name = "Throughput of the last minute" })).ToBeVisibleAsync();
        gate.SetResult();
        await Expect(State(open)).ToHaveTextAsync("Completed");
        await Expect(open.Page.Locator(".percent")).ToHaveTextAsync("100%");
        await Expect(Rows(open).Filter(new() { HasText = "Done" })).ToHaveCountAsync(2);
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task CancellingAndDeletingAskFirst()
    {
        browser.Origin.OnPrefix("/cancel/", (_, _) => OriginAnswer.File(1, 100) with { HangBeforeHeaders = true });
        var id = await browser.Client().SubmitAsync(["/cancel/1", "/cancel/2"], browser.Origin, new { name = "To cancel" });
        await using var open = await browser.OpenAsync($"/?job={id}");
        await open.Button("Cancel").ClickAsync();
        await Expect(open.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await open.HasNoAccessibilityViolationsAsync();
        await open.Page.Keyboard.PressAsync("Escape");
        await Expect(open.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(State(open)).ToHaveTextAsync("Running");

        await open.Button("Cancel").ClickAsync();
        await open.Button("Cancel download").ClickAsync();
        await Expect(State(open)).ToHaveTextAsync("Cancelled");
        await Expect(Tile(open, "Cancelled").Locator("b")).ToHaveTextAsync("2");

        await open.Button("Delete").ClickAsync();
        await open.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(open.Page).ToHaveURLAsync(browser.Address.AbsoluteUri);
        await open.Page.GotoAsync($"/?job={id}");
        await Expect(open.Page.GetByText("There is no such download")).ToBeVisibleAsync();
        Assert.Empty(open.UnprovokedComplaints());
    }

    /// <summary>The same address before and after, as a service behind a name has it.</summary>
    [Fact]
    public async Task APageFindsItsJobAgainAfterTheServiceHasRestarted()
    {
        var gate = new TaskCompletionSource();
        browser.Origin.OnPrefix("/restart/", (_, number) => OriginAnswer.File(1, 100) with { Gate = gate.Task });
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var address = service.Client.BaseAddress!;
        var id = await new DownloadsClient(service.Client).SubmitAsync(["/restart/1", "/restart/2"], browser.Origin);
        await using var open = await browser.OpenAsync(new Uri(address, $"/?job={id}").AbsoluteUri);
        await Expect(State(open)).ToHaveTextAsync("Running");
        await service.KillAsync();
        await Expect(open.Page.GetByText("The connection to the service is lost. Trying again.")).ToBeVisibleAsync();
        await service.StartAsync(address.Port);
        await Expect(open.Page.GetByText("The connection to the service is lost. Trying again.")).ToBeHiddenAsync();
        gate.SetResult();
        await Expect(State(open)).ToHaveTextAsync("Completed");
        await Expect(Rows(open).Filter(new() { HasText = "Done" })).ToHaveCountAsync(2);
    }

    private static ILocator State(OpenPage open) => open.Page.Locator("job-view .job-title .badge");

    private static ILocator Rows(OpenPage open) => open.Page.Locator("item-table tbody tr");

    private static ILocator Tile(OpenPage open, string state) => open.Page.Locator(".tile", new() { HasText = state });

    private static async Task<byte[]> ReadAsync(IDownload download) => await File.ReadAllBytesAsync(await download.PathAsync(), TestContext.Current.CancellationToken);

    private async Task<string> EndedAsync(string[] paths)
    {
        var id = await browser.Client().SubmitAsync(paths, browser.Origin);
        await browser.Client().EndAsync(id);
        return id;
    }
}
