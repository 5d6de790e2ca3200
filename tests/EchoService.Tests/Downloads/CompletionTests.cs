using System.Diagnostics;
using System.Net;
using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

public sealed class CompletionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TellsTheWebhookOfTheEndAgainUntilItAccepts()
    {
        await using var origin = await Origin.StartAsync(Token);
        await using var hook = new HookReceiver(500, 200);
        origin.On("/a", OriginAnswer.File(1, 1000));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();

        var id = await new DownloadsClient(http).SubmitAsync(["/a", "/missing"], origin, new { onComplete = hook.Url });
        var refused = JsonDocument.Parse(await hook.BodyAsync(Token)).RootElement;
        var accepted = JsonDocument.Parse(await hook.BodyAsync(Token)).RootElement;

        foreach (var job in (JsonElement[])[refused, accepted])
        {
            Assert.Equal(id, DownloadsClient.Text(job, "id"));
            Assert.Equal("completed", DownloadsClient.Text(job, "state"));
            Assert.Equal(1, DownloadsClient.Count(job, "done"));
            Assert.Equal(1, DownloadsClient.Count(job, "failed"));
        }

        await service.Logs.WaitForAsync($"Webhook of job {id} delivered");
        Assert.Equal(await http.GetStringAsync($"/downloads/{id}", Token), accepted.GetRawText());
        await Eventually.True(
            () => Sqlite.Count(Path.Combine(service.DataDirectory, "echoservice.db"), "SELECT count(*) FROM notices") == 0, "nobody is to be told any more");
        Assert.Contains("""echoservice_downloads_notices_total{kind="webhook",outcome="delivered"} 1""", await http.GetStringAsync("/metrics", Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TellsTheWebhookOfACancelledJobOnceAllItemsAreCancelled()
    {
        await using var origin = await Origin.StartAsync(Token);
        await using var hook = new HookReceiver(204);
        origin.OnPrefix("/", (_, _) => new OriginAnswer { HangBeforeHeaders = true });
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var id = await new DownloadsClient(http).SubmitAsync(Enumerable.Range(0, 30).Select(i => $"/{i}"), origin, new { onComplete = hook.Url });
        await origin.RequestAsync(8, Token);

        using var cancelled = await http.PostAsync($"/downloads/{id}/cancel", null, Token);

        var job = JsonDocument.Parse(await hook.BodyAsync(Token)).RootElement;
        Assert.Equal("cancelled", DownloadsClient.Text(job, "state"));
        Assert.Equal(30, DownloadsClient.Count(job, "cancelled"));
    }

    [Fact]
    public async Task TellsTheWebhookOfAJobThatIsDeletedWhileItRuns()
    {
        await using var origin = await Origin.StartAsync(Token);
        await using var hook = new HookReceiver(503, 200);
        origin.OnPrefix("/", (path, _) => path == "/0" ? OriginAnswer.Text("a") : new OriginAnswer { HangBeforeHeaders = true });
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(Enumerable.Range(0, 30).Select(i => $"/{i}"), origin, new { onComplete = hook.Url });
        await Eventually.True(async () => DownloadsClient.Count(await downloads.JobAsync(id), "done") == 1, "one is done");

        using var deleted = await http.DeleteAsync($"/downloads/{id}", Token);

        // The first telling is refused: the second one comes when nothing of the job is left.
        await hook.BodyAsync(Token);
        var job = JsonDocument.Parse(await hook.BodyAsync(Token)).RootElement;
        Assert.Equal((id, "cancelled"), (DownloadsClient.Text(job, "id"), DownloadsClient.Text(job, "state")));
        Assert.Equal((0, 0, 1, 29), (DownloadsClient.Count(job, "queued"), DownloadsClient.Count(job, "running"), DownloadsClient.Count(job, "done"), DownloadsClient.Count(job, "cancelled")));
        await AssertNothingIsLeftAsync(service.DataDirectory, http, id);
    }

    [Fact]
    public async Task TellsTheWebhookOfAnEndedJobThatIsDeletedBeforeItCouldBeTold()
    {
        await using var origin = await Origin.StartAsync(Token);
        await using var hook = new HookReceiver(503, 200);
        origin.On("/a", OriginAnswer.Text("a"));
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var id = await new DownloadsClient(service.Client).SubmitAsync(["/a"], origin, new { onComplete = hook.Url });
        var refused = await hook.BodyAsync(Token);

        using var deleted = await service.Client.DeleteAsync($"/downloads/{id}", Token);
        await service.RestartAsync();

        Assert.Equal(refused, await hook.BodyAsync(Token));
        await AssertNothingIsLeftAsync(service.DataDirectory, service.Client, id);
    }

    [Fact]
    public async Task TheWebhookGoesThroughTheEgressGuardAndMustBeAWebUrl()
    {
        await using var origin = await Origin.StartAsync(Token);
        await using var hook = new HookReceiver(200);
        origin.On("/a", OriginAnswer.Text("a"));
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);

        var id = await downloads.SubmitAsync(["/a"], origin, new { onComplete = hook.Url });
        await service.Logs.WaitForAsync($"Webhook of job {id} given up after 1 attempts");

        Assert.Equal(0, hook.Requests);
        using var refused = await http.PostAsync(
            "/downloads", new StringContent("""{"urls": ["http://h/"], "onComplete": "file:///etc/passwd"}""", null, "application/json"), Token);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task AnUndeliveredWebhookSurvivesAKill()
    {
        await using var origin = await Origin.StartAsync(Token);
        await using var hook = new HookReceiver(503, 200);
        origin.On("/a", OriginAnswer.Text("a"));
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var id = await new DownloadsClient(service.Client).SubmitAsync(["/a"], origin, new { onComplete = hook.Url });
        await hook.BodyAsync(Token);

        await service.RestartAsync();

        Assert.Equal(id, DownloadsClient.Text(JsonDocument.Parse(await hook.BodyAsync(Token)).RootElement, "id"));
    }

    [Fact]
    public async Task RunsTheOperatorsCommandWithTheJobOnItsInputSeveralAtOnce()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command of this test is a Unix one.");
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/a", OriginAnswer.Text("a"));
        var folder = Directory.CreateTempSubdirectory("echoservice-command-").FullName;
        try
        {
            // Each run says that it is there, and goes on only when all four are: run one after the other they would never end.
            var script = """cat > "$0/$$.json"; echo "got $1; $(whoami >/dev/null && echo it)"; echo oops >&2; while [ $(ls "$0" | wc -l) -lt 4 ]; do sleep 0.02; done; echo together""";
            using var service = new ServiceFixture(
                DownloadsClient.Loopback,
                ("Downloads:OnComplete:Command", "sh"),
                ("Downloads:OnComplete:Arguments:0", "-c"),
                ("Downloads:OnComplete:Arguments:1", script),
                ("Downloads:OnComplete:Arguments:2", folder),
                ("Downloads:OnComplete:Arguments:3", "a b; $HOME"));
            var downloads = new DownloadsClient(service.CreateClient());

            var ids = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => downloads.SubmitAsync(["/a"], origin)));

            foreach (var id in ids)
            {
                await service.Logs.WaitForAsync($"Command for job {id} ended with exit code 0");
                Assert.Contains(service.Logs.Lines, line => line.Message == $"Command for job {id}, stdout: got a b; $HOME; it");
                Assert.Contains(service.Logs.Lines, line => line.Message == $"Command for job {id}, stderr: oops");
                Assert.Contains(service.Logs.Lines, line => line.Message == $"Command for job {id}, stdout: together");
            }

            var jobs = Directory.GetFiles(folder).Select(path => JsonDocument.Parse(File.ReadAllText(path)).RootElement).ToList();
            Assert.Equal(ids.Order(StringComparer.Ordinal), jobs.Select(job => DownloadsClient.Text(job, "id")).Order(StringComparer.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task KillsACommandThatTakesTooLongWithWhatItHasStarted()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command of this test is a Unix one.");
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/a", OriginAnswer.Text("a"));
        using var service = new ServiceFixture(
            DownloadsClient.Loopback,
            ("Downloads:OnComplete:Command", "sh"),
            ("Downloads:OnComplete:Arguments:0", "-c"),
            ("Downloads:OnComplete:Arguments:1", "sleep 1000 & echo $!; head -c 5000 /dev/zero | tr '\\0' x; wait"),
            ("Downloads:OnComplete:TimeoutSeconds", "3"));
        var downloads = new DownloadsClient(service.CreateClient());

        var id = await downloads.SubmitAsync(["/a"], origin);
        await service.Logs.WaitForAsync($"Command for job {id} ran longer than 3 s and was killed");

        var said = await service.Logs.WaitForAsync($"Command for job {id}, stdout: ");
        await Eventually.True(() => !IsAlive(int.Parse(said.Message.Split(": ", 2)[1], System.Globalization.CultureInfo.InvariantCulture)), "its child is gone");
        await Eventually.True(
            () => service.Logs.Lines.Any(line => line.Message == $"Command for job {id}, stdout: {new string('x', 1000)}"), "a long line is cut");
        Assert.Equal(0, Sqlite.Count(Path.Combine(service.DataDirectory, "echoservice.db"), "SELECT count(*) FROM items WHERE state <> 3"));
    }

    [Fact]
    public async Task SaysWhenTheCommandDoesNotStart()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/a", OriginAnswer.Text("a"));
        using var service = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:OnComplete:Command", "/no/such/program"));

        var id = await new DownloadsClient(service.CreateClient()).SubmitAsync(["/a"], origin);

        await service.Logs.WaitForAsync($"Command for job {id} did not start");
    }

    private static bool IsAlive(int id)
    {
        try
        {
            // A process that nobody has waited for yet has ended all the same.
            return File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1][0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task AssertNothingIsLeftAsync(string folder, HttpClient http, string id)
    {
        await Eventually.True(
            () => Sqlite.Count(Path.Combine(folder, "echoservice.db"), "SELECT (SELECT count(*) FROM jobs) + (SELECT count(*) FROM items) + (SELECT count(*) FROM notices)") == 0,
            "no row is left");
        Assert.False(Directory.Exists(Path.Combine(folder, "files", id)));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/downloads/{id}", Token)).StatusCode);
    }
}
