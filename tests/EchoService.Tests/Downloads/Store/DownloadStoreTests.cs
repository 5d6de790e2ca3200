using EchoService.Downloads;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Store;

/// <summary>The store's contract, whatever engine is below it.</summary>
public sealed class DownloadStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("echoservice-store-").FullName;
    private readonly ManualTime _time = new();
    private readonly SqliteDownloadStore _store;

    public DownloadStoreTests() => _store = new SqliteDownloadStore(Path.Combine(_folder, "store.db"), _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task AJobIsSeenByNobodyUntilItIsPublished()
    {
        var key = await _store.ReceiveAsync("one", null, Token);
        await _store.AppendAsync(key, [Item(1, "a:80")], [], Token);

        Assert.Null(_store.FindJob("one"));
        Assert.Empty(_store.ListJobs(null, null, null, 10).Items);
        Assert.Empty((await ClaimAsync(10)).Lanes);

        await _store.PublishAsync(key, new JobOptions(), null, Token);
        Assert.Equal(JobState.Running, _store.FindJob("one")!.State);
        Assert.Single((await ClaimAsync(10)).Lanes);
    }

    [Fact]
    public async Task AReportWithAnOldTokenChangesNothing()
    {
        await PublishAsync("one", Item(1, "a:80"));
        var first = Assert.Single((await ClaimAsync(1)).Lanes);
        await CommitAsync([new ItemReport(first, 1, Outcome.Released)], [first.Token]);
        var second = Assert.Single((await ClaimAsync(1)).Lanes);
        Assert.True(second.Token > first.Token);

        var late = await CommitAsync([Saved(first, 1, "late.txt")], []);

        Assert.False(Assert.Single(late.Reports).Accepted);
        Assert.Equal(ItemState.Running, _store.FindItem(first.Job, 1)!.State);
        var good = await CommitAsync([Saved(second, 1, "good.txt")], [second.Token]);
        Assert.Equal("good.txt", Assert.Single(good.Reports).Placement!.Name);
    }

    [Fact]
    public async Task AnItemIsDoneOnlyWhenItsFileIsInPlace()
    {
        await PublishAsync("one", Item(1, "a:80"));
        var lane = Assert.Single((await ClaimAsync(1)).Lanes);
        var committed = await CommitAsync([Saved(lane, 1, "a.txt")], [lane.Token]);
        Assert.Equal(ItemState.Committed, _store.FindItem(lane.Job, 1)!.State);
        Assert.Equal(JobState.Running, _store.FindJob("one")!.State);

        // A restart in between finds the placement again.
        Assert.Equal("a.txt", Assert.Single(await _store.RecoverAsync(Token)).Name);

        var placed = await _store.CommitAsync(new CommitBatch([], [], [committed.Reports[0].Placement!]), Token);
        Assert.Equal("one", Assert.Single(placed.CompletedJobs));
        var job = _store.FindJob("one")!;
        Assert.Equal((JobState.Completed, 1, 10L), (job.State, job.Counts.Done, job.Bytes));
    }

    [Fact]
    public async Task ARestartQueuesWhatWasRunningAgain()
    {
        await PublishAsync("one", Item(1, "a:80"), Item(2, "a:80"), Item(3, "b:80"));
        Assert.NotEmpty((await ClaimAsync(10)).Lanes);

        await _store.RecoverAsync(Token);

        Assert.Equal(3, _store.FindJob("one")!.Counts.Queued);
        Assert.Equal(3, (await ClaimAsync(10)).Lanes.Sum(lane => lane.Items.Count));
    }

    [Fact]
    public async Task NoItemIsEverInTwoLanes()
    {
        await PublishAsync("one", [.. Enumerable.Range(1, 500).Select(n => Item(n, $"h{n % 7}:80"))]);
        var seen = new HashSet<int>();
        while ((await ClaimAsync(5, perHost: 100)).Lanes is { Count: > 0 } lanes)
        {
            Assert.All(lanes.SelectMany(lane => lane.Items), item => Assert.True(seen.Add(item.Number)));
        }

        Assert.Equal(500, seen.Count);
    }

    [Fact]
    public async Task LeasesKeepTheLimitsOfHostAndJob()
    {
        await PublishAsync("one", new JobOptions { Concurrency = 3 }, [.. Enumerable.Range(1, 100).Select(n => Item(n, "a:80"))]);
        await PublishAsync("two", new JobOptions { PerHost = 1 }, [.. Enumerable.Range(1, 100).Select(n => Item(n, "a:80"))]);

        var lanes = (await ClaimAsync(100, perHost: 5)).Lanes;

        Assert.Equal(3, lanes.Count(lane => lane.JobId == "one"));
        Assert.Equal(1, lanes.Count(lane => lane.JobId == "two"));
        await PublishAsync("three", [.. Enumerable.Range(1, 100).Select(n => Item(n, "a:80"))]);
        Assert.Single((await ClaimAsync(100, perHost: 5)).Lanes);
    }

    [Fact]
    public async Task ARenewedLeaseHoldsAndAnEndedOneIsLost()
    {
        await PublishAsync("one", Item(1, "a:80"));
        var lane = Assert.Single((await ClaimAsync(1)).Lanes);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Empty(await _store.RenewAsync([lane.Token], _time.Microseconds() + 30_000_000, Token));
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Empty(await _store.RenewAsync([lane.Token], _time.Microseconds() + 30_000_000, Token));
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal([lane.Token], await _store.RenewAsync([lane.Token], _time.Microseconds() + 30_000_000, Token));
    }

    [Fact]
    public async Task ARetriedItemWaitsForItsTime()
    {
        await PublishAsync("one", Item(1, "a:80"));
        var lane = Assert.Single((await ClaimAsync(1)).Lanes);
        var due = _time.Microseconds() + 2_000_000;
        await CommitAsync([new ItemReport(lane, 1, Outcome.Retried, Error: new FetchError(ErrorCode.HttpStatus, "500", 500, Transient: true), DueAt: due)], [lane.Token]);

        var early = await ClaimAsync(1);
        Assert.Empty(early.Lanes);
        _time.Advance(TimeSpan.FromSeconds(2));
        var again = Assert.Single((await ClaimAsync(1)).Lanes);

        Assert.Equal(1, Assert.Single(again.Items).Attempts);
    }

    [Fact]
    public async Task AHostRestsAfterFiveTransportFailuresInARowAndLongerEachTime()
    {
        await PublishAsync("one", [.. Enumerable.Range(1, 50).Select(n => Item(n, "a:80"))]);
        var next = 0;
        async Task<bool> FailAsync()
        {
            var lanes = (await ClaimAsync(1)).Lanes;
            if (lanes.Count == 0)
            {
                return false;
            }

            var item = lanes[0].Items[0];
            next++;
            await CommitAsync(
                [new ItemReport(lanes[0], item.Number, Outcome.Failed, Error: new FetchError(ErrorCode.Connect, "refused", Transient: true, Transport: true)),
                    .. lanes[0].Items.Skip(1).Select(rest => new ItemReport(lanes[0], rest.Number, Outcome.Released))],
                [lanes[0].Token]);
            return true;
        }

        for (var i = 0; i < 5; i++)
        {
            Assert.True(await FailAsync());
        }

        foreach (var seconds in (int[])[1, 2, 4])
        {
            Assert.False(await FailAsync());
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.False(await FailAsync());
            _time.Advance(TimeSpan.FromMilliseconds(2));
            Assert.True(await FailAsync());
        }
    }

    [Fact]
    public async Task JobsTakeTurnsWhateverTheirSize()
    {
        await PublishAsync("large", [.. Enumerable.Range(1, 1000).Select(n => Item(n, "a:80"))]);
        await PublishAsync("small", [.. Enumerable.Range(1, 10).Select(n => Item(n, "a:80"))]);

        var lanes = (await ClaimAsync(4, perHost: 100)).Lanes;

        Assert.Equal(2, lanes.Count(lane => lane.JobId == "large"));
        Assert.Equal(2, lanes.Count(lane => lane.JobId == "small"));
    }

    [Fact]
    public async Task CancellingTakesTheItemsAwayFromTheirLanes()
    {
        await PublishAsync("one", Item(1, "a:80"), Item(2, "b:80"));
        var lane = Assert.Single((await ClaimAsync(1)).Lanes);

        Assert.Equal(ControlResult.Done, await _store.CancelAsync("one", Token));

        Assert.Equal(2, _store.FindJob("one")!.Counts.Cancelled);
        Assert.False((await CommitAsync([Saved(lane, lane.Items[0].Number, "x")], [lane.Token])).Reports[0].Accepted);
        Assert.Equal(ControlResult.Conflict, await _store.CancelAsync("one", Token));
        Assert.Equal(ControlResult.NotFound, await _store.CancelAsync("nothing", Token));
    }

    private static NewItem Item(int number, string host) =>
        new(number, $"http://{host}/{number}", host, [.. BitConverter.GetBytes((long)number), .. BitConverter.GetBytes((long)host.GetHashCode(StringComparison.Ordinal))], null, null);

    private static ItemReport Saved(Lane lane, int number, string name) =>
        new(lane, number, Outcome.Saved, new SavedFile(name, OnConflict.Rename, 10, new string('a', 64), "text/plain", 200));

    private Task PublishAsync(string id, params NewItem[] items) => PublishAsync(id, new JobOptions(), items);

    private async Task PublishAsync(string id, JobOptions options, NewItem[] items)
    {
        var key = await _store.ReceiveAsync(id, null, Token);
        await _store.AppendAsync(key, items, [], Token);
        await _store.PublishAsync(key, options, null, Token);
    }

    private Task<Claim> ClaimAsync(int slots, int perHost = 8) =>
        _store.ClaimAsync(new ClaimLimits("node", slots, perHost, _time.Microseconds() + 30_000_000), Token);

    private Task<CommitResult> CommitAsync(IReadOnlyList<ItemReport> reports, IReadOnlyList<long> ended) =>
        _store.CommitAsync(new CommitBatch(reports, ended, []), Token);
}
