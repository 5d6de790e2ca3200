using System.Net;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

public sealed class ControlTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CancelEndsTransfersAndWhatIsQueued()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (_, _) => OriginAnswer.File(1, 1000) with { HangAfter = 500 });
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(Enumerable.Range(0, 100).Select(i => $"/{i}"), origin);
        await origin.RequestAsync(8, Token);

        using var response = await http.PostAsync($"/downloads/{id}/cancel", null, Token);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var job = await downloads.JobAsync(id);
        Assert.Equal("cancelled", DownloadsClient.Text(job, "state"));
        Assert.Equal(100, DownloadsClient.Count(job, "cancelled"));
        Assert.All(await downloads.ItemsAsync(id), item => Assert.Equal("cancelled", DownloadsClient.Text(item, "state")));
        await Eventually.True(() => !Directory.EnumerateFiles(Path.Combine(service.DataDirectory, "parts")).Any(), "no part is left");
        using var again = await http.PostAsync($"/downloads/{id}/cancel", null, Token);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    /// <summary>A folder that somebody has mounted something on: it is no storage that takes no bytes.</summary>
    [Fact]
    public async Task AJobThatCannotBeRemovedYetHoldsNothingUp()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "mounting a tmpfs needs root");
        Tool.Require("mount", "umount");
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path));
        using var service = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:LeaseSeconds", "1"));
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(["/a"], origin);
        await downloads.EndAsync(id);
        var folder = Path.Combine(service.DataDirectory, "files", id);
        var mounted = await Tool.RunAsync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]);
        Assert.SkipWhen(mounted.ExitCode != 0, $"no tmpfs can be mounted: {mounted.Errors}");
        try
        {
            using var deleted = await http.DeleteAsync($"/downloads/{id}", Token);
            Assert.False(deleted.IsSuccessStatusCode);
            await service.Logs.WaitForAsync($"Job {id} is not wholly removed, which is tried again");
            await http.GetStringAsync("/health/ready/downloads", Token);
            Assert.Equal(1, DownloadsClient.Count(await downloads.EndAsync(await downloads.SubmitAsync(["/b"], origin)), "done"));
            Assert.DoesNotContain(service.Logs.Lines, line => line.Message.StartsWith("Downloads pause", StringComparison.Ordinal));
        }
        finally
        {
            await Tool.RunAsync("umount", [folder]);
        }

        await Eventually.True(() => !Directory.Exists(folder), "the folder is removed");
    }

    [Fact]
    public async Task FreesTheHostsSlotsOfACancelledJob()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/hang", (_, _) => new OriginAnswer { HangBeforeHeaders = true }).On("/a.txt", OriginAnswer.Text("a"));
        using var service = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:PerHost", "2"));
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var stuck = await downloads.SubmitAsync(["/hang/1", "/hang/2", "/hang/3"], origin);
        await origin.RequestAsync(2, Token);
        var waiting = await downloads.SubmitAsync(["/a.txt"], origin);

        using var response = await http.PostAsync($"/downloads/{stuck}/cancel", null, Token);

        Assert.Equal(1, DownloadsClient.Count(await downloads.EndAsync(waiting), "done"));
        Assert.Equal(0, origin.Requests("/hang/3"));
    }

    [Fact]
    public async Task DeleteRemovesTheJobItsRowsAndItsFiles()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var kept = await downloads.SubmitAsync(["/kept"], origin);
        var id = await downloads.SubmitAsync(Enumerable.Range(0, 20).Select(i => $"/{i}"), origin);
        await downloads.EndAsync(kept);
        await downloads.EndAsync(id);

        using var response = await http.DeleteAsync($"/downloads/{id}", Token);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/downloads/{id}", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.DeleteAsync($"/downloads/{id}", Token)).StatusCode);
        Assert.False(Directory.Exists(Path.Combine(service.DataDirectory, "files", id)));
        Assert.True(File.Exists(Path.Combine(service.DataDirectory, "files", kept, "kept.html")));
        Assert.Equal(1, Sqlite.Count(Path.Combine(service.DataDirectory, "echoservice.db"), "SELECT count(*) FROM items"));
        Assert.Equal(1, Sqlite.Count(Path.Combine(service.DataDirectory, "echoservice.db"), "SELECT count(*) FROM names"));
    }

    [Fact]
    public async Task DeleteOfARunningJobStopsItsTransfers()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (_, _) => OriginAnswer.File(1, 1000) with { HangAfter = 500 });
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(Enumerable.Range(0, 20).Select(i => $"/{i}"), origin);
        await origin.RequestAsync(8, Token);

        using var response = await http.DeleteAsync($"/downloads/{id}", Token);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        await Eventually.True(() => !Directory.EnumerateFiles(Path.Combine(service.DataDirectory, "parts")).Any(), "no part is left");
        await Eventually.True(
            () => Sqlite.Count(Path.Combine(service.DataDirectory, "echoservice.db"), "SELECT (SELECT count(*) FROM items) + (SELECT count(*) FROM lanes) + (SELECT count(*) FROM queues)") == 0,
            "no row is left");
    }

    [Fact]
    public async Task ServesTheFileWithRangesAndAsAttachment()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/page.html", OriginAnswer.Text("<script>alert(1)</script>"));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(["/page.html", "/missing"], origin);
        await downloads.EndAsync(id);

        using var whole = await http.GetAsync($"/downloads/{id}/items/1/content", Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/downloads/{id}/items/1/content");
        request.Headers.Range = new(1, 6);
        using var part = await http.SendAsync(request, Token);
        using var unchanged = new HttpRequestMessage(HttpMethod.Get, $"/downloads/{id}/items/1/content");
        unchanged.Headers.IfNoneMatch.Add(whole.Headers.ETag!);

        Assert.Equal("<script>alert(1)</script>", await whole.Content.ReadAsStringAsync(Token));
        Assert.Equal("attachment", whole.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("page.html", whole.Content.Headers.ContentDisposition?.FileName);
        Assert.Equal("nosniff", whole.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("sandbox", whole.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal("script", await part.Content.ReadAsStringAsync(Token));
        Assert.Equal(HttpStatusCode.NotModified, (await http.SendAsync(unchanged, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/downloads/{id}/items/2/content", Token)).StatusCode);
    }
}
