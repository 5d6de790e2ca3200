using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Store;

/// <summary>What a store promises that several nodes share, beside the contract of all.</summary>
public sealed class SharedStoreTests(PostgresServer server) : StoreTests
{
    private protected override Task<IStoreUnderTest> OpenAsync() => PostgresStoreUnderTest.OpenAsync(server);

    [Fact]
    public async Task NodesThatClaimAtOnceKeepTheLimitsTogether()
    {
        await PublishAsync("one", new JobOptions { Concurrency = 7 }, [.. Enumerable.Range(1, 600).Select(n => Item(n, $"h{n % 3}:80"))]);
        await PublishAsync("two", [.. Enumerable.Range(1, 600).Select(n => Item(n, $"h{n % 3}:80"))]);

        var claims = await Task.WhenAll(Enumerable.Range(0, 6).Select(node =>
            Store.ClaimAsync(new ClaimLimits($"node{node}", 20, 5, Lease), Token)));

        var lanes = claims.SelectMany(claim => claim.Lanes).ToList();
        Assert.Equal(15, lanes.Count);
        Assert.All(lanes.CountBy(lane => lane.HostName), host => Assert.Equal(5, host.Value));
        Assert.InRange(lanes.Count(lane => lane.JobId == "one"), 1, 7);
        var items = lanes.SelectMany(lane => lane.Items.Select(item => (lane.Job, item.Number))).ToList();
        Assert.Equal(items.Count, items.Distinct().Count());
        Assert.Equal(items.Count, (await JobAsync("one")).Counts.Running + (await JobAsync("two")).Counts.Running);
    }

    [Fact]
    public async Task ALaneThatNobodyRenewsGoesToAnotherNodeAndItsReportsChangeNothing()
    {
        await PublishAsync("one", Item(1, "a:80"), Item(2, "a:80"));
        var dead = Assert.Single((await ClaimAsync(1)).Lanes);
        await AdvanceAsync(TimeSpan.FromSeconds(29));
        Assert.DoesNotContain((await ClaimAsync(10)).Lanes.SelectMany(lane => lane.Items), item => item.Number == dead.Items[0].Number);

        await AdvanceAsync(TimeSpan.FromSeconds(2));
        var taken = (await ClaimAsync(10)).Lanes.Single(lane => lane.Items.Any(item => item.Number == dead.Items[0].Number));

        Assert.True(taken.Token > dead.Token);
        Assert.False((await CommitAsync([Saved(dead, dead.Items[0].Number, "late.txt")], [dead.Token])).Reports[0].Accepted);
        Assert.Contains(dead.Token, await Store.RenewAsync([dead.Token], Lease, Token));
        Assert.True((await CommitAsync([Saved(taken, dead.Items[0].Number, "good.txt")], [])).Reports[0].Accepted);
    }

    [Fact]
    public async Task ALateStartTakesTheHostsNextOneAndPutsOffTheLanesToCome()
    {
        await PublishAsync("one", [.. Enumerable.Range(1, 10).Select(n => Item(n, "a:80"))]);
        var limits = new ClaimLimits("node", 1, 8, Lease, StartsPerSecond: 2);
        Task<TimeSpan?> BookAsync(long host) => Store.BookStartAsync(host, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1), Token);
        var host = Assert.Single((await Store.ClaimAsync(limits, Token)).Lanes).Host;

        Assert.Equal([TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1), null], [await BookAsync(host), await BookAsync(host), await BookAsync(host)]);
        await AdvanceAsync(TimeSpan.FromSeconds(1.4));
        Assert.Empty((await Store.ClaimAsync(limits, Token)).Lanes);
        await AdvanceAsync(TimeSpan.FromSeconds(0.2));
        Assert.Single((await Store.ClaimAsync(limits, Token)).Lanes);
        await AdvanceAsync(TimeSpan.FromSeconds(9));
        Assert.Equal([TimeSpan.Zero, TimeSpan.FromSeconds(0.5)], [await BookAsync(host), await BookAsync(host)]);
    }

    [Fact]
    public async Task ACommitWhoseAnswerGotLostIsAnsweredAlikeAndCountedOnce()
    {
        await PublishAsync("one", new JobOptions { Concurrency = 1 }, [.. Enumerable.Range(1, 3).Select(n => Item(n, "a:80"))]);
        var lane = Assert.Single((await ClaimAsync(1)).Lanes);
        var batch = new CommitBatch(
            [Saved(lane, 1, "a.txt"), Saved(lane, 2, "a.txt"),
                new ItemReport(lane, 3, Outcome.Failed, Error: new EchoService.Downloads.Fetching.FetchError(EchoService.Downloads.ErrorCode.NotFound, "404", 404))],
            [lane.Token],
            []);

        var first = await Store.CommitAsync(batch, Token);
        var again = await Store.CommitAsync(batch, Token);

        Assert.Equal(first.Reports, again.Reports);
        var placements = first.Reports.Select(report => report.Placement).OfType<Placement>().ToList();
        Assert.Equal(["a.txt", "a (1).txt"], placements.Select(placement => placement.Name));
        Assert.Empty((await Store.CommitAsync(new CommitBatch([], [], placements), Token)).Lost);
        Assert.Empty((await Store.CommitAsync(new CommitBatch([], [], placements), Token)).Lost);
        var job = await JobAsync("one");
        Assert.Equal((JobState.Completed, 0, 2, 1, 20L), (job.State, job.Counts.Running, job.Counts.Done, job.Counts.Failed, job.Bytes));
    }

    [Fact]
    public async Task NodesThatSaveTheSameNameAtOnceGiveEveryFileItsOwn()
    {
        await PublishAsync("one", [.. Enumerable.Range(1, 200).Select(n => Item(n, $"h{n % 4}:80"))]);
        var lanes = (await ClaimAsync(100)).Lanes;

        var results = await Task.WhenAll(lanes.Chunk(8).Select(some =>
            CommitAsync([.. some.SelectMany(lane => lane.Items.Select(item => Saved(lane, item.Number, "index.html")))], [])));

        var names = results.SelectMany(result => result.Reports).Select(report => report.Placement!.Name).ToList();
        Assert.Equal(lanes.Sum(lane => lane.Items.Count), names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public async Task OfTwoRequestsWithOneKeyOneMakesAJob()
    {
        async Task<long> ReceiveAsync(string id)
        {
            var key = await Store.ReceiveAsync(id, "me", Token);
            await Store.AppendAsync(key, [Item(1, "a:80")], [], Token);
            return key;
        }

        var (first, second) = (await ReceiveAsync("one"), await ReceiveAsync("two"));
        var request = new RequestKey("key", [1, 2, 3]);

        Assert.NotNull(await Store.PublishAsync(first, 1, new JobOptions(), request, Token));
        Assert.Null(await Store.PublishAsync(second, 1, new JobOptions(), request, Token));

        await Store.DiscardAsync(second, Token);
        Assert.Null(await Store.FindJobAsync("two", Token));
        Assert.Equal("one", (await Store.FindRequestAsync("me", "key", Token))!.Value.Job);
    }

    [Fact]
    public async Task AListThatNobodySendsAnyMoreGoesAfterAnHour()
    {
        var key = await Store.ReceiveAsync("one", null, Token);
        await Store.AppendAsync(key, [Item(1, "a:80")], [], Token);
        await AdvanceAsync(TimeSpan.FromMinutes(59));
        await Store.RecoverAsync(Lease, Token);
        await Store.AppendAsync(key, [Item(2, "a:80")], [], Token);
        await AdvanceAsync(TimeSpan.FromMinutes(61));

        await Store.RecoverAsync(Lease, Token);

        await Assert.ThrowsAsync<StoreException>(() => Store.AppendAsync(key, [Item(3, "a:80")], [], Token));
    }

    [Fact]
    public async Task WhatOneNodePausesTheOthersAreToldToStop()
    {
        await PublishAsync("one", [.. Enumerable.Range(1, 10).Select(n => Item(n, "a:80"))]);
        var lane = (await ClaimAsync(1)).Lanes[0];
        Assert.Empty((await ClaimAsync(0)).Stopped);

        await Store.SwitchAsync("one", JobState.Running, JobState.Paused, Token);

        Assert.Equal([lane.Job], (await ClaimAsync(0)).Stopped);
    }

    [Fact]
    public async Task ANodeThatStopsHandsBackWhatItHasLeased()
    {
        await PublishAsync("one", [.. Enumerable.Range(1, 10).Select(n => Item(n, "a:80"))]);
        var before = (await ClaimAsync(3)).Lanes.Sum(lane => lane.Items.Count);
        Assert.Equal(before, (await JobAsync("one")).Counts.Running);

        await Store.HandBackAsync("node", Token);

        Assert.Equal((10, 0), ((await JobAsync("one")).Counts.Queued, (await JobAsync("one")).Counts.Running));
        Assert.Contains((await ClaimAsync(8)).Lanes.SelectMany(lane => lane.Items), item => item.Number == 1);
    }

    [Fact]
    public async Task AnItemOfWhichAnotherTookTheNameIsNotTakenForLost()
    {
        await PublishAsync("one", Item(1, "a:80"), Item(2, "a:80"));
        var lanes = (await ClaimAsync(2)).Lanes;
        ItemReport Over(int number) => Saved(lanes.Single(lane => lane.Items[0].Number == number), number, "x") is var report
            ? report with { File = report.File! with { OnConflict = OnConflict.Overwrite } } : report;

        var first = await CommitAsync([Over(1)], []);
        var second = await CommitAsync([Over(2)], []);
        var placed = await Store.CommitAsync(new CommitBatch([], [], [first.Reports[0].Placement!, second.Reports[0].Placement!]), Token);

        Assert.Empty(placed.Lost);
        var job = await JobAsync("one");
        Assert.Equal((JobState.Completed, 1, 1, 10L), (job.State, job.Counts.Done, job.Counts.Skipped, job.Bytes));
    }
}
