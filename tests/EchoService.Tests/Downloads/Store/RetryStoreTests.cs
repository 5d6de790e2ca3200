using System.Diagnostics;
using EchoService.Downloads;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Store;

/// <summary>What retrying promises of its rows, at a size where it takes many transactions.</summary>
public sealed class RetryStoreTests : IDisposable
{
    private const int Items = 35_000;
    private readonly string _folder = Directory.CreateTempSubdirectory("echoservice-store-").FullName;
    private readonly ManualTime _time = new();
    private readonly SqliteDownloadStore _store;

    public RetryStoreTests() => _store = new SqliteDownloadStore(Path.Combine(_folder, "store.db"), _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task QueuesEveryFailedItemInBatchesWithinSeconds()
    {
        await PublishFailedAsync();
        var clock = Stopwatch.StartNew();

        var (result, retry) = await _store.BeginRetryAsync("one", null, Token);
        Assert.Equal(JobState.Running, _store.FindJob("one")!.State);
        var batches = 0;
        var ended = await _store.QueueFailedAsync(retry!, () => batches++, Token);

        Assert.Equal(ControlResult.Done, result);
        Assert.False(ended);
        Assert.Equal(Items, _store.FindJob("one")!.Counts.Queued);
        Assert.Equal(0, _store.FindJob("one")!.Counts.Failed);
        Assert.True(batches > 3);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"took {clock.Elapsed}");
        Assert.Equal(7, (await _store.ClaimAsync(new ClaimLimits("node", 7, 1, _time.Microseconds() + 30_000_000), Token)).Lanes.Count);
    }

    [Fact]
    public async Task ARetryThatWasBrokenOffIsFoundAgainAndACancelledOneIsNot()
    {
        await PublishFailedAsync();
        var (_, retry) = await _store.BeginRetryAsync("one", ErrorCode.NotFound, Token);
        Assert.Equal(retry, Assert.Single(_store.UnfinishedRetries()));
        Assert.Equal(ControlResult.Conflict, (await _store.BeginRetryAsync("one", null, Token)).Result);

        Assert.Equal(ControlResult.Done, await _store.CancelAsync("one", Token));

        Assert.Empty(_store.UnfinishedRetries());
        await _store.QueueFailedAsync(retry!, () => { }, Token);
        Assert.Equal((JobState.Cancelled, 0, Items), (_store.FindJob("one")!.State, _store.FindJob("one")!.Counts.Queued, _store.FindJob("one")!.Counts.Failed));
    }

    /// <summary>A job of lines that have failed, as if fetched: seven hosts, 404 each.</summary>
    private async Task PublishFailedAsync()
    {
        var key = await _store.ReceiveAsync("one", null, Token);
        await _store.AppendAsync(
            key,
            [.. Enumerable.Range(1, Items).Select(n => new NewItem(n, $"http://h{n % 7}/{n}", $"h{n % 7}:80", BitConverter.GetBytes((long)n), ErrorCode.NotFound, "404"))],
            [],
            Token);
        await _store.PublishAsync(key, new JobOptions(), null, Token);
        Assert.Equal(JobState.Completed, _store.FindJob("one")!.State);
    }
}
