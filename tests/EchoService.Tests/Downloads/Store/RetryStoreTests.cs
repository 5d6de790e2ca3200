using System.Diagnostics;
using EchoService.Downloads;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;

namespace EchoService.Tests.Downloads.Store;

/// <summary>What retrying promises of its rows, at a size where it takes many transactions.</summary>
public abstract class RetryStoreTests : StoreTests
{
    private static readonly bool Soak = Environment.GetEnvironmentVariable("ECHOSERVICE_SOAK") is not null;
    private static readonly int Items = Soak ? 1_000_000 : 35_000;

    [Fact]
    public async Task QueuesEveryFailedItemInBatchesWithinSeconds()
    {
        await PublishFailedAsync();
        var clock = Stopwatch.StartNew();

        var (result, retry) = await Store.BeginRetryAsync("one", null, Token);
        Assert.Equal(JobState.Running, (await JobAsync("one")).State);
        var batches = 0;
        var ended = await Store.QueueFailedAsync(retry!, () => batches++, Token);

        Assert.Equal(ControlResult.Done, result);
        Assert.False(ended);
        Assert.Equal(Items, (await JobAsync("one")).Counts.Queued);
        Assert.Equal(0, (await JobAsync("one")).Counts.Failed);
        Assert.True(batches > 3);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(Soak ? 60 : 10), $"took {clock.Elapsed}");
        Assert.Equal(7, (await Store.ClaimAsync(new ClaimLimits("node", 7, 1, Lease), Token)).Lanes.Count);
    }

    [Fact]
    public async Task ARetryThatWasBrokenOffIsFoundAgainAndACancelledOneIsNot()
    {
        await PublishFailedAsync();
        var (_, retry) = await Store.BeginRetryAsync("one", ErrorCode.NotFound, Token);
        Assert.Equal(retry, Assert.Single(await Store.UnfinishedRetriesAsync(Token)));
        Assert.Equal(ControlResult.Conflict, (await Store.BeginRetryAsync("one", null, Token)).Result);

        Assert.Equal(ControlResult.Done, await CancelAsync("one"));

        Assert.Empty(await Store.UnfinishedRetriesAsync(Token));
        await Store.QueueFailedAsync(retry!, () => { }, Token);
        Assert.Equal((JobState.Cancelled, 0, Items), ((await JobAsync("one")).State, (await JobAsync("one")).Counts.Queued, (await JobAsync("one")).Counts.Failed));
    }

    [Fact]
    public async Task WhoIsLateWithARetryLeavesTheNextOneAlone()
    {
        await PublishFailedAsync();
        var (_, first) = await Store.BeginRetryAsync("one", ErrorCode.NotFound, Token);
        await Store.QueueFailedAsync(first!, () => { }, Token);
        await AdvanceAsync(TimeSpan.FromSeconds(1));
        var lane = (await ClaimAsync(1)).Lanes[0];
        await CommitAsync(
            [new ItemReport(lane, lane.Items[0].Number, Outcome.Failed, Error: new(ErrorCode.NotFound, "404", 404)),
                .. lane.Items.Skip(1).Select(item => new ItemReport(lane, item.Number, Outcome.Released))],
            [lane.Token]);
        var (_, second) = await Store.BeginRetryAsync("one", ErrorCode.NotFound, Token);

        await Store.QueueFailedAsync(first!, () => { }, Token);

        Assert.Equal(second, Assert.Single(await Store.UnfinishedRetriesAsync(Token)));
        await Store.QueueFailedAsync(second!, () => { }, Token);
        Assert.Equal((Items, 0), ((await JobAsync("one")).Counts.Queued, (await JobAsync("one")).Counts.Failed));
    }

    /// <summary>A job of lines that have failed, as if fetched: seven hosts, 404 each.</summary>
    private async Task PublishFailedAsync()
    {
        var key = await Store.ReceiveAsync("one", null, Token);
        await Store.AppendAsync(
            key,
            [.. Enumerable.Range(1, Items).Select(n => new NewItem(n, $"http://h{n % 7}/{n}", $"h{n % 7}:80", BitConverter.GetBytes((long)n), ErrorCode.NotFound, "404"))],
            [],
            Token);
        await Store.PublishAsync(key, Items, new JobOptions(), null, Token);
        Assert.Equal(JobState.Completed, (await JobAsync("one")).State);
    }
}
