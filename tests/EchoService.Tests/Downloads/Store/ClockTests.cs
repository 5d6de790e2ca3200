using EchoService.Downloads;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Downloads.Store.Sqlite;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Store;

/// <summary>SQLite has the machine's clock, and somebody may set that back, while the service is down or while it runs.</summary>
public sealed class ClockTests
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AClockThatIsSetBackStallsNothing(bool overARestart)
    {
        var folder = Directory.CreateTempSubdirectory("echoservice-clock-").FullName;
        try
        {
            var path = Path.Combine(folder, "store.db");
            var time = new ManualTime();
            using var before = new SqliteDownloadStore(path, time);
            await PublishAsync(before);
            await ReportAsync(before, new FetchError(ErrorCode.HttpStatus, "503", 503, Transient: true, RetryAfter: TimeSpan.FromSeconds(60)), Outcome.Retried);
            await ReportAsync(before, new FetchError(ErrorCode.HttpStatus, "500", 500, Transient: true), Outcome.Retried);
            await ReportAsync(before, new FetchError(ErrorCode.NotFound, "404", 404), Outcome.Failed);
            Assert.Empty((await ClaimAsync(before)).Lanes);

            time.Advance(TimeSpan.FromDays(-1));
            using var restarted = overARestart ? await RestartAsync(before, path, time) : null;
            var after = restarted ?? before;
            Assert.Empty((await ClaimAsync(after)).Lanes);

            var (retried, retry) = await after.BeginRetryAsync("one", null, Token);
            Assert.Equal(ControlResult.Done, retried);
            await after.QueueFailedAsync(retry!, () => { }, Token);
            Assert.Single((await ClaimAsync(after)).Lanes);
            time.Advance(TimeSpan.FromSeconds(61));
            Assert.Equal(2, (await ClaimAsync(after)).Lanes.Count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<SqliteDownloadStore> RestartAsync(SqliteDownloadStore before, string path, ManualTime time)
    {
        before.Dispose();
        var after = new SqliteDownloadStore(path, time);
        await after.RecoverAsync(s_lease, Token);
        return after;
    }

    private static Task<Claim> ClaimAsync(SqliteDownloadStore store) => store.ClaimAsync(new ClaimLimits("node", 10, 8, s_lease), Token);

    private static async Task PublishAsync(SqliteDownloadStore store)
    {
        var key = await store.ReceiveAsync("one", null, Token);
        await store.AppendAsync(key, [.. Enumerable.Range(1, 3).Select(n => new NewItem(n, $"http://h{n}/", $"h{n}:80", [.. Enumerable.Repeat((byte)n, 16)], null, null))], [], Token);
        await store.PublishAsync(key, 3, new JobOptions(), null, Token);
    }

    private static async Task ReportAsync(SqliteDownloadStore store, FetchError error, Outcome outcome)
    {
        var lane = Assert.Single((await store.ClaimAsync(new ClaimLimits("node", 1, 8, s_lease), Token)).Lanes);
        var report = new ItemReport(lane, lane.Items[0].Number, outcome, Error: error, Pause: TimeSpan.FromSeconds(30));
        await store.CommitAsync(new CommitBatch([report], [lane.Token], []), Token);
    }
}
