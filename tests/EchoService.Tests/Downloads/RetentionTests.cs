using System.Net;
using EchoService.Downloads.Retention;
using EchoService.Downloads.Store.Sqlite;
using EchoService.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EchoService.Tests.Downloads;

public sealed class RetentionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KeepsTheNewestThatFitAndNeverRemovesAJobThatRuns()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/hang", (_, _) => new OriginAnswer { HangBeforeHeaders = true }).OnPrefix("/", (_, _) => OriginAnswer.File(1, 1000));
        using var service = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:Retention:MaxBytes", "2500"));
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var running = await downloads.SubmitAsync(["/r", "/hang"], origin);
        await Eventually.True(async () => DownloadsClient.Count(await downloads.JobAsync(running), "done") == 1, "one file is there");
        var ended = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            ended.Add(await downloads.SubmitAsync(["/a"], origin));
            await downloads.EndAsync(ended[i]);
        }

        await SweepAsync(service, () => !Exists(service, ended[2]));

        // 1,000 bytes of the job that runs, and 1,000 of the one that ended last.
        Assert.True(Exists(service, ended[3]));
        Assert.True(Exists(service, running));
        Assert.Equal("running", DownloadsClient.Text(await downloads.JobAsync(running), "state"));
        foreach (var id in ended.Take(3))
        {
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/downloads/{id}", Token)).StatusCode);
        }
    }

    [Fact]
    public async Task RemovesWhatEndedLongerAgoThanTheDays()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/hang", (_, _) => new OriginAnswer { HangBeforeHeaders = true }).OnPrefix("/", (_, _) => OriginAnswer.File(1, 1000));
        using var service = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:Retention:Days", "2"));
        var time = new ShiftedTime();
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(["/a"], origin);
        await downloads.EndAsync(id);
        using var store = new SqliteDownloadStore(Path.Combine(service.DataDirectory, "echoservice.db"), time);
        var sweep = ActivatorUtilities.CreateInstance<RetentionSweep>(service.Services, store);

        time.Shift = TimeSpan.FromDays(2) - TimeSpan.FromMinutes(5);
        await sweep.SweepAsync(Token);
        Assert.True(Exists(service, id));

        time.Shift = TimeSpan.FromDays(2) + TimeSpan.FromMinutes(5);
        await Eventually.True(
            async () =>
            {
                await sweep.SweepAsync(Token);
                return !Exists(service, id);
            },
            "the old job is gone");
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/downloads/{id}", Token)).StatusCode);
    }

    private static bool Exists(ServiceFixture service, string id) => Directory.Exists(Path.Combine(service.DataDirectory, "files", id));

    private static async Task SweepAsync(ServiceFixture service, Func<bool> swept)
    {
        var sweep = service.Services.GetServices<IHostedService>().OfType<RetentionSweep>().Single();
        await Eventually.True(
            async () =>
            {
                await sweep.SweepAsync(Token);
                return swept();
            },
            "the oldest are gone");
    }

    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }
}
