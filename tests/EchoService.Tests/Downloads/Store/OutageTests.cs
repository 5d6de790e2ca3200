using EchoService.Downloads;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;

namespace EchoService.Tests.Downloads.Store;

/// <summary>A host that does not answer for too long is given up.</summary>
public abstract class OutageTests : StoreTests
{
    private const int MaxRests = 3;

    private static readonly FetchError s_refused = new(ErrorCode.Connect, "The host refused the connection.", Transient: true, Transport: true);

    /// <summary>Of the host, in a row: from the fifth on each begins a rest.</summary>
    private int _failures;

    [Theory]
    [InlineData(8)]
    [InlineData(1)]
    public async Task WhatIsLeftAtAHostFailsAfterTheRestsThatItMayHave(int concurrency)
    {
        var items = Environment.GetEnvironmentVariable("ECHOSERVICE_SOAK") is null ? 25_000 : 500_000;
        await PublishAsync("dead", concurrency, [.. Enumerable.Range(1, items).Select(n => Item(n, n % 100 == 0 ? "good:80" : "dead:80"))]);
        await RestAsync(MaxRests, "dead:80");

        var given = await ClaimGivenUpAsync();

        Assert.All(given, each => Assert.Equal(("dead:80", ErrorCode.Connect), (each.Host, each.Code)));
        var job = await JobAsync("dead");
        Assert.Equal((JobState.Running, items / 100, items - (items / 100)), (job.State, job.Counts.Queued + job.Counts.Running, job.Counts.Failed));
        var last = (await Store.FindItemAsync(job.Key, items - 1, Token))!;
        Assert.Equal((ItemState.Failed, ErrorCode.Connect, 0), (last.State, last.ErrorCode, last.Attempts));
        Assert.Equal("The host refused the connection. It went on so through 3 pauses, so the host was given up.", last.Error);
    }

    [Fact]
    public async Task AnAnswerOfTheHostBetweenForgivesWhatWasBefore()
    {
        await PublishAsync("flaky", 8, [.. Enumerable.Range(1, 500).Select(n => Item(n, "a:80"))]);
        for (var round = 0; round < 4; round++)
        {
            await RestAsync(MaxRests - 1, "a:80");
            await SleepAsync();
            var lane = Assert.Single((await ClaimAsync(1)).Lanes);
            await ReportAsync(lane, new ItemReport(lane, lane.Items[0].Number, Outcome.Failed, Error: new FetchError(ErrorCode.NotFound, "404", 404)));
        }

        Assert.Empty(await ClaimGivenUpAsync());
        Assert.Equal(JobState.Running, (await JobAsync("flaky")).State);
    }

    [Fact]
    public async Task AnotherJobAtTheHostHasItsOwnPatience()
    {
        await PublishAsync("first", 8, [.. Enumerable.Range(1, 100).Select(n => Item(n, "dead:80"))]);
        await RestAsync(MaxRests, "dead:80");
        Assert.NotEmpty(await ClaimGivenUpAsync());
        await PublishAsync("second", 8, [.. Enumerable.Range(1, 100).Select(n => Item(n, "dead:80"))]);

        await RestAsync(MaxRests - 1, "dead:80");

        Assert.Empty(await ClaimGivenUpAsync());
        Assert.Equal(0, (await JobAsync("second")).Counts.Failed);
        await RestAsync(1, "dead:80");
        Assert.NotEmpty(await ClaimGivenUpAsync());
        Assert.Equal((JobState.Completed, 100), ((await JobAsync("second")).State, (await JobAsync("second")).Counts.Failed));
    }

    [Fact]
    public async Task ARestartGoesOnWithWhatWasGivenUpAndARetryBeginsAnew()
    {
        await PublishAsync("dead", 8, [.. Enumerable.Range(1, 100).Select(n => Item(n, "dead:80"))]);
        await RestAsync(MaxRests, "dead:80");
        await Store.RecoverAsync(Lease, Token);

        Assert.True(Assert.Single(await ClaimGivenUpAsync()).Ended is { State: JobState.Completed });
        Assert.Equal(100, (await JobAsync("dead")).Counts.Failed);

        var (result, retry) = await Store.BeginRetryAsync("dead", ErrorCode.Connect, Token);
        Assert.Equal(ControlResult.Done, result);
        await Store.QueueFailedAsync(retry!, () => { }, Token);
        await RestAsync(MaxRests - 1, "dead:80");
        Assert.Empty(await ClaimGivenUpAsync());
        Assert.Equal(100, (await JobAsync("dead")).Counts.Queued);
    }

    private Task PublishAsync(string id, int concurrency, params NewItem[] items) => PublishAsync(id, new JobOptions { Concurrency = concurrency }, items);

    /// <summary>Fails one transfer at the host after the other, each past the rest before it, until they have begun so many more rests.</summary>
    private async Task RestAsync(int rests, string host)
    {
        for (var begun = 0; begun < rests;)
        {
            await SleepAsync();
            var lane = Assert.Single((await ClaimAsync(1)).Lanes);
            if (lane.HostName != host)
            {
                await ReportAsync(lane);
                continue;
            }

            await ReportAsync(lane, new ItemReport(lane, lane.Items[0].Number, Outcome.Retried, Error: s_refused));
            _failures++;
            begun += _failures >= 5 ? 1 : 0;
        }
    }

    /// <summary>Past every rest.</summary>
    private Task SleepAsync() => AdvanceAsync(TimeSpan.FromSeconds(61));

    /// <summary>What claims fail until there is no more.</summary>
    private async Task<IReadOnlyList<GivenUp>> ClaimGivenUpAsync()
    {
        var given = new List<GivenUp>();
        while ((await ClaimAsync(0)).GivenUp is { } some)
        {
            given.Add(some);
        }

        return given;
    }

    /// <summary>Reports one item of the lane, and hands back the others.</summary>
    private Task<CommitResult> ReportAsync(Lane lane, ItemReport? report = null)
    {
        _failures = report is { Error.Transport: false } ? 0 : _failures;
        var rest = lane.Items.Where(item => item.Number != report?.Number).Select(item => new ItemReport(lane, item.Number, Outcome.Released));
        return Store.CommitAsync(new CommitBatch([.. report is null ? [] : (ItemReport[])[report], .. rest], [lane.Token], [], MaxRests), Token);
    }
}
