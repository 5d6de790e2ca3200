using System.Text;
using EchoService.Downloads.Engine;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Downloads.Store.Sqlite;
using EchoService.Downloads.Watching;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Watching;

public sealed class JobFeedTests : IDisposable
{
    private static readonly JobAnswer s_job = new("one", null, "running", default, null, null, null, 1, new JobCounts(1, 0, 0, 0, 0, 0), 0, 0, new JobOptions());

    private readonly string _folder = Directory.CreateTempSubdirectory("echoservice-feed-").FullName;
    private readonly ManualTime _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AReaderThatStoodStillGetsASnapshotInPlaceOfWhatIsGone()
    {
        var feed = new JobFeed(_time);
        feed.Begin(s_job);
        await using var slow = feed.WatchAsync(null, Token).GetAsyncEnumerator(Token);
        await using var quick = feed.WatchAsync(null, Token).GetAsyncEnumerator(Token);
        Assert.StartsWith("event: snapshot\n", await NextAsync(slow), StringComparison.Ordinal);
        Assert.StartsWith("event: snapshot\n", await NextAsync(quick), StringComparison.Ordinal);
        for (var n = 0; n < 600; n++)
        {
            feed.Add(s_job, Delta(n));
            Assert.Contains($"\"bytes\":{n},", await NextAsync(quick), StringComparison.Ordinal);
        }

        feed.End(s_job with { State = "completed" });

        Assert.StartsWith("event: snapshot\n", await NextAsync(slow), StringComparison.Ordinal);
        Assert.StartsWith("event: end\n", await NextAsync(slow), StringComparison.Ordinal);
        Assert.StartsWith("event: end\n", await NextAsync(quick), StringComparison.Ordinal);
        Assert.False(await slow.MoveNextAsync());
    }

    [Fact]
    public async Task AFeedThatWasClosedBeforeTheJobsEndIsMadeAnew()
    {
        using var store = await StoreAsync();
        using var feeds = new JobFeeds(store, new JobReader(store, new TransferRates(_time), _time), _time);
        var former = (await feeds.FindAsync("one", Token))!;
        former.Close();

        var feed = (await feeds.FindAsync("one", Token))!;

        await using var events = feed.WatchAsync(null, Token).GetAsyncEnumerator(Token);
        Assert.StartsWith("event: snapshot\n", await NextAsync(events), StringComparison.Ordinal);
        feed.Add(s_job, Delta(7));
        Assert.StartsWith("event: delta\n", await NextAsync(events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AJobThatCannotBeReadIsNotTakenForOneThatIsNotThere()
    {
        using var answering = await StoreAsync();
        var store = StoreWithFaults.Of(answering, name => name == nameof(IDownloadStore.WatchAsync) ? throw new StoreException("For this test.") : null);
        using var feeds = new JobFeeds(store, new JobReader(store, new TransferRates(_time), _time), _time);

        await Assert.ThrowsAsync<StoreException>(() => feeds.FindAsync("one", Token));
    }

    [Fact]
    public async Task ASilentStreamShowsEveryFifteenSecondsThatItLives()
    {
        using var store = await StoreAsync();
        var feed = new JobFeed(_time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var publishing = new JobPublisher("one", feed, store, new JobReader(store, new TransferRates(_time), _time), _time).RunAsync(() => false, stop.Token);
        Assert.True(await feed.Ready);
        await using var events = feed.WatchAsync(null, Token).GetAsyncEnumerator(Token);
        Assert.StartsWith("event: snapshot\n", await NextAsync(events), StringComparison.Ordinal);

        var next = NextAsync(events);
        _time.Advance(TimeSpan.FromSeconds(14));
        await Task.WhenAny(next, Task.Delay(TimeSpan.FromSeconds(3.5), Token)); // the publisher looks every 3 s of real time
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1.1));

        Assert.Equal(": still here\n\n", await next.WaitAsync(TimeSpan.FromSeconds(10), Token));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => publishing);
    }

    /// <summary>With a job of one item.</summary>
    private async Task<SqliteDownloadStore> StoreAsync()
    {
        var store = new SqliteDownloadStore(Path.Combine(_folder, "store.db"), _time);
        var key = await store.ReceiveAsync("one", null, Token);
        await store.AppendAsync(key, [new NewItem(1, "http://a/", "a:80", new byte[16], null, null)], [], Token);
        await store.PublishAsync(key, 1, new JobOptions(), null, Token);
        return store;
    }

    private static JobDelta Delta(long bytes) => new("running", s_job.Counts, bytes, 0, null, [], false);

    private static async Task<string> NextAsync(IAsyncEnumerator<byte[]> events)
    {
        Assert.True(await events.MoveNextAsync());
        return Encoding.UTF8.GetString(events.Current);
    }
}
