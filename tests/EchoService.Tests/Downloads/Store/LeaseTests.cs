using EchoService.Downloads;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;

namespace EchoService.Tests.Downloads.Store;

/// <summary>Which lanes are leased, by whom and when: limits, turns, rests.</summary>
public abstract class LeaseTests : StoreTests
{
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

    [Theory]
    [InlineData(100, 5, null, null, 5)]
    [InlineData(100, 100, 3, null, 3)]
    [InlineData(100, 100, null, 2, 2)]
    [InlineData(4, 100, null, null, 4)]
    [InlineData(100, 100, null, null, 10)]
    public async Task AJobAloneAtItsHostGetsAllTheLanesThatTheLimitsLeaveIt(int slots, int perHost, int? concurrency, int? perHostOfJob, int expected)
    {
        await PublishAsync("one", new JobOptions { Concurrency = concurrency, PerHost = perHostOfJob }, [.. Enumerable.Range(1, 10).Select(n => Item(n, "a:80"))]);

        var lanes = (await ClaimAsync(slots, perHost)).Lanes;

        Assert.Equal(expected, lanes.DistinctBy(lane => lane.Token).Count());
        var items = lanes.SelectMany(lane => lane.Items).Select(item => item.Number).ToList();
        Assert.Equal(Enumerable.Range(1, items.Count), items.Order());
        var counts = (await JobAsync("one")).Counts;
        Assert.Equal((items.Count, 10 - items.Count), (counts.Running, counts.Queued));
    }

    [Fact]
    public async Task ARenewedLeaseHoldsAndAnEndedOneIsLost()
    {
        await PublishAsync("one", Item(1, "a:80"));
        var lane = Assert.Single((await ClaimAsync(1)).Lanes);
        await AdvanceAsync(TimeSpan.FromSeconds(20));
        Assert.Empty(await Store.RenewAsync([lane.Token], Lease, Token));
        await AdvanceAsync(TimeSpan.FromSeconds(29));
        Assert.Empty(await Store.RenewAsync([lane.Token], Lease, Token));
        await AdvanceAsync(TimeSpan.FromSeconds(31));
        Assert.Equal([lane.Token], await Store.RenewAsync([lane.Token], Lease, Token));
    }

    [Fact]
    public async Task ARetriedItemWaitsForItsTime()
    {
        await PublishAsync("one", Item(1, "a:80"));
        var lane = Assert.Single((await ClaimAsync(1)).Lanes);
        await CommitAsync([new ItemReport(lane, 1, Outcome.Retried, Error: new FetchError(ErrorCode.HttpStatus, "500", 500, Transient: true), Pause: TimeSpan.FromSeconds(2))], [lane.Token]);

        var early = await ClaimAsync(1);
        Assert.Empty(early.Lanes);
        await AdvanceAsync(TimeSpan.FromSeconds(2));
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
            await AdvanceAsync(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.False(await FailAsync());
            await AdvanceAsync(TimeSpan.FromMilliseconds(2));
            Assert.True(await FailAsync());
        }
    }

    [Fact]
    public async Task ASuccessEndsARowOfFailuresAlsoWithinABatch()
    {
        await PublishAsync("one", [.. Enumerable.Range(1, 1000).Select(n => Item(n, "a:80"))]);
        async Task ReportAsync(string outcomes)
        {
            var lane = Assert.Single((await ClaimAsync(1)).Lanes);
            var refused = new FetchError(ErrorCode.Connect, "refused", Transient: true, Transport: true);
            await CommitAsync(
                [.. lane.Items.Select((item, i) => i >= outcomes.Length ? new ItemReport(lane, item.Number, Outcome.Released)
                    : outcomes[i] == 'F' ? new ItemReport(lane, item.Number, Outcome.Failed, Error: refused)
                    : Saved(lane, item.Number, $"{item.Number}"))],
                [lane.Token]);
        }

        await ReportAsync("FSFSFSFSF");
        await ReportAsync("FFFSFFFF");
        await ReportAsync("SFFFF");
        await ReportAsync("SFFFFF");

        Assert.Empty((await ClaimAsync(1)).Lanes);
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
}
