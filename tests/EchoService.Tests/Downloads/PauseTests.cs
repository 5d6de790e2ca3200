using System.Net;
using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

public sealed class PauseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PauseBreaksTransfersOffWithoutUsingUpAnAttemptAndResumeGoesOn()
    {
        var open = new TaskCompletionSource();
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, number) => number == 1 && !open.Task.IsCompleted ? new OriginAnswer { HangBeforeHeaders = true } : OriginAnswer.Text(path));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(Enumerable.Range(0, 50).Select(i => $"/{i}"), origin);
        await origin.RequestAsync(8, Token);

        using var paused = await http.PostAsync($"/downloads/{id}/pause", null, Token);

        Assert.Equal(HttpStatusCode.Accepted, paused.StatusCode);
        await Eventually.True(async () => DownloadsClient.Count(await downloads.JobAsync(id), "running") == 0, "nothing of a paused job runs");
        var job = await downloads.JobAsync(id);
        Assert.Equal("paused", DownloadsClient.Text(job, "state"));
        Assert.Equal(50, DownloadsClient.Count(job, "queued"));
        Assert.All(await downloads.ItemsAsync(id), item => Assert.Equal(0, item.GetProperty("attempts").GetInt32()));
        Assert.Equal("jobNotRunning", await CodeAsync(http, $"/downloads/{id}/pause", HttpStatusCode.Conflict));

        // Others go on meanwhile, and nothing of this one is asked for.
        open.SetResult();
        var other = await downloads.SubmitAsync(["/other"], origin);
        await downloads.EndAsync(other);
        Assert.Equal(9, origin.TotalRequests);

        using var resumed = await http.PostAsync($"/downloads/{id}/resume", null, Token);
        Assert.Equal(HttpStatusCode.Accepted, resumed.StatusCode);
        Assert.Equal(50, DownloadsClient.Count(await downloads.EndAsync(id), "done"));
        Assert.Equal("jobNotPaused", await CodeAsync(http, $"/downloads/{id}/resume", HttpStatusCode.Conflict));
        Assert.Equal("notFound", await CodeAsync(http, "/downloads/none/pause", HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task APausedJobStaysPausedThroughARestart()
    {
        var open = new TaskCompletionSource();
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path) with { Gate = open.Task });
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var id = await new DownloadsClient(service.Client).SubmitAsync(Enumerable.Range(0, 100).Select(i => $"/{i}"), origin);
        await origin.RequestAsync(8, Token);
        using var paused = await service.Client.PostAsync($"/downloads/{id}/pause", null, Token);
        Assert.Equal(HttpStatusCode.Accepted, paused.StatusCode);
        open.SetResult();
        await service.RestartAsync();

        var downloads = new DownloadsClient(service.Client);
        var job = await downloads.JobAsync(id);
        Assert.Equal("paused", DownloadsClient.Text(job, "state"));
        Assert.Equal(100, DownloadsClient.Count(job, "queued") + DownloadsClient.Count(job, "done"));
        using var resumed = await service.Client.PostAsync($"/downloads/{id}/resume", null, Token);
        Assert.Equal(100, DownloadsClient.Count(await downloads.EndAsync(id), "done"));
    }

    [Fact]
    public async Task AScheduledJobStartsAtItsTime()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        var downloads = new DownloadsClient(service.CreateClient());
        var startAt = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().AddSeconds(4).ToUnixTimeMilliseconds());

        var id = await downloads.SubmitAsync(["/a", "/b"], origin, new { startAt });

        Assert.Equal("scheduled", DownloadsClient.Text(await downloads.JobAsync(id), "state"));
        Assert.Equal(0, origin.TotalRequests);
        var job = await downloads.EndAsync(id);
        Assert.InRange(job.GetProperty("startedAt").GetDateTimeOffset(), startAt, startAt.AddSeconds(10)); // a busy machine looks late, never early
        Assert.Equal(startAt, job.GetProperty("options").GetProperty("startAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task AJobWhoseTimeHasPassedRunsAtOnceAndOneWithoutATimeIsRefused()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);

        await downloads.EndAsync(await downloads.SubmitAsync(["/a"], origin, new { startAt = "2020-01-01T00:00:00" }));
        using var refused = await http.PostAsync("/downloads", new StringContent("""{"urls": ["http://h/"], "startAt": "soon"}""", null, "application/json"), Token);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("startAt", await refused.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AScheduledJobCanBeCancelledAndNotPaused()
    {
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(["http://127.0.0.1:9/"], new { startAt = "2999-01-01T00:00:00Z" });

        Assert.Equal("jobNotRunning", await CodeAsync(http, $"/downloads/{id}/pause", HttpStatusCode.Conflict));
        Assert.Equal("jobNotRetryable", await CodeAsync(http, $"/downloads/{id}/retry", HttpStatusCode.Conflict));
        using var cancelled = await http.PostAsync($"/downloads/{id}/cancel", null, Token);

        Assert.Equal(1, DownloadsClient.Count(await downloads.JobAsync(id), "cancelled"));
    }

    internal static async Task<string?> CodeAsync(HttpClient http, string path, HttpStatusCode status, HttpContent? body = null)
    {
        using var response = await http.PostAsync(path, body, Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.StatusCode == status, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("code").GetString();
    }
}
