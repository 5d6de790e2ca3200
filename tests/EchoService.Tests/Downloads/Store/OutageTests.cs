using EchoService.Downloads;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Store;

/// <summary>A host that does not answer for too long is given up, and a clock that was set back stalls nothing.</summary>
public sealed class OutageTests : IDisposable
{
    private static readonly FetchError Refused = new(ErrorCode.Connect, "The host refused the connection.", Transient: true, Transport: true);

    private readonly string _folder = Directory.CreateTempSubdirectory("echoservice-store-").FullName;
    private readonly ManualTime _time = new();
    private readonly SqliteDownloadStore _store;

    public OutageTests() => _store = new SqliteDownloadStore(Path.Combine(_folder, "store.db"), _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(1)]
    public async Task WhatIsLeftAtAHostFailsAfterTheRestsThatItMayHave(int concurrency)
    {
        await PublishAsync("dead", concurrency, [.. Enumerable.Range(1, 25_000).Select(n => Item(n, n % 100 == 0 ? "good:80" : "dead:80"))]);
        await RestAsync(3, "dead:80");

        var given = await ClaimGivenUpAsync();

        Assert.Equal(["dead:80"], given.Select(each => each.Host).Distinct());
        Assert.All(given, each => Assert.Equal(ErrorCode.Connect, each.Code));
        var job = _store.FindJob("dead")!;
        Assert.Equal(JobState.Running, job.State);
        Assert.Equal(250, job.Counts.Queued + job.Counts.Running);
        Assert.Equal(24_750, job.Counts.Failed);
        var last = _store.FindItem(job.Key, 24_999)!;
        Assert.Equal((ItemState.Failed, ErrorCode.Connect, 0), (last.State, last.ErrorCode, last.Attempts));
        Assert.Equal("The host refused the connection. It went on so through 3 pauses, so the host was given up.", last.Error);
    }

    [Fact]
    public async Task AnAnswerOfTheHostBetweenForgivesWhatWasBefore()
    {
        await PublishAsync("flaky", 8, [.. Enumerable.Range(1, 500).Select(n => Item(n, "a:80"))]);
        for (var round = 0; round < 4; round++)
        {
            await RestAsync(2, "a:80");
            Sleep();
            var lane = Assert.Single((await ClaimAsync(1)).Lanes);
            await CommitAsync([.. lane.Items.Select((item, i) => i == 0
                ? new ItemReport(lane, item.Number, Outcome.Failed, Error: new FetchError(ErrorCode.NotFound, "404", 404))
                : new ItemReport(lane, item.Number, Outcome.Released))], [lane.Token]);
        }

        Assert.Empty(await ClaimGivenUpAsync());
        Assert.Equal(JobState.Running, _store.FindJob("flaky")!.State);
    }

    [Fact]
    public async Task AnotherJobAtTheHostHasItsOwnPatience()
    {
        await PublishAsync("first", 8, [.. Enumerable.Range(1, 100).Select(n => Item(n, "dead:80"))]);
        await RestAsync(3, "dead:80");
        Assert.NotEmpty(await ClaimGivenUpAsync());
        await PublishAsync("second", 8, [.. Enumerable.Range(1, 100).Select(n => Item(n, "dead:80"))]);

        await RestAsync(2, "dead:80");

        Assert.Empty(await ClaimGivenUpAsync());
        Assert.Equal(0, _store.FindJob("second")!.Counts.Failed);
        await RestAsync(1, "dead:80");
        Assert.NotEmpty(await ClaimGivenUpAsync());
        Assert.Equal((JobState.Completed, 100), (_store.FindJob("second")!.State, _store.FindJob("second")!.Counts.Failed));
    }

    [Fact]
    public async Task ARestartGoesOnWithWhatWasGivenUpAndARetryBeginsAnew()
    {
        await PublishAsync("dead", 8, [.. Enumerable.Range(1, 100).Select(n => Item(n, "dead:80"))]);
        await RestAsync(3, "dead:80");
        await _store.RecoverAsync(Token);

        Assert.True(Assert.Single(await ClaimGivenUpAsync()).Ended is { State: JobState.Completed });
        Assert.Equal(100, _store.FindJob("dead")!.Counts.Failed);

        var (result, retry) = await _store.BeginRetryAsync("dead", ErrorCode.Connect, Token);
        Assert.Equal(ControlResult.Done, result);
        await _store.QueueFailedAsync(retry!, () => { }, Token);
        await RestAsync(2, "dead:80");
        Assert.Empty(await ClaimGivenUpAsync());
        Assert.Equal(100, _store.FindJob("dead")!.Counts.Queued);
    }

    [Fact]
    public async Task AClockThatWasSetBackOverARestartStallsNothing()
    {
        await PublishAsync("one", 8, Item(1, "a:80"), Item(2, "b:80"), Item(3, "c:80"));
        await RestAsync(2, "a:80");
        var lane = (await ClaimAsync(1)).Lanes.Single();
        var due = _time.Microseconds() + 30_000_000;
        await CommitAsync([new ItemReport(lane, lane.Items[0].Number, Outcome.Retried, Error: new FetchError(ErrorCode.HttpStatus, "500", 500, Transient: true), DueAt: due)], [lane.Token]);
        lane = (await ClaimAsync(1)).Lanes.Single();
        await CommitAsync([new ItemReport(lane, lane.Items[0].Number, Outcome.Failed, Error: new FetchError(ErrorCode.NotFound, "404", 404))], [lane.Token]);

        // The same folder under a clock that stands a day earlier.
        var early = new ManualTime();
        early.Advance(TimeSpan.FromDays(-1));
        using var store = new SqliteDownloadStore(Path.Combine(_folder, "store.db"), early);
        await store.RecoverAsync(Token);
        Assert.Equal(ControlResult.Done, (await store.BeginRetryAsync("one", null, Token)).Result);
        early.Advance(TimeSpan.FromSeconds(61));
        var claimed = await store.ClaimAsync(new ClaimLimits("node", 10, 8, early.Microseconds() + 30_000_000), Token);

        Assert.Equal(2, claimed.Lanes.Sum(each => each.Items.Count));
    }

    private static NewItem Item(int number, string host) =>
        new(number, $"http://{host}/{number}", host, [.. BitConverter.GetBytes((long)number), .. BitConverter.GetBytes((long)host.GetHashCode(StringComparison.Ordinal))], null, null);

    /// <summary>Fails transfers at the host until they have begun so many more rests.</summary>
    private async Task RestAsync(int rests, string host)
    {
        for (var begun = 0; begun < rests;)
        {
            Sleep();
            foreach (var lane in (await ClaimAsync(1)).Lanes)
            {
                var answers = lane.HostName != host;
                await CommitAsync([.. lane.Items.Select((item, i) => !answers && i == 0
                    ? new ItemReport(lane, item.Number, Outcome.Retried, Error: Refused)
                    : new ItemReport(lane, item.Number, Outcome.Released))], [lane.Token]);
                begun += !answers && Sqlite.Count(Path.Combine(_folder, "store.db"), $"SELECT rest_until > {_time.Microseconds()} FROM hosts WHERE name = '{host}'") == 1 ? 1 : 0;
            }
        }
    }

    /// <summary>Past every rest.</summary>
    private void Sleep() => _time.Advance(TimeSpan.FromSeconds(61));

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

    private async Task PublishAsync(string id, int concurrency, params NewItem[] items)
    {
        var key = await _store.ReceiveAsync(id, Token);
        await _store.AppendAsync(key, items, [], Token);
        await _store.PublishAsync(key, new JobOptions { Concurrency = concurrency }, null, Token);
    }

    private Task<Claim> ClaimAsync(int slots) =>
        _store.ClaimAsync(new ClaimLimits("node", slots, 8, _time.Microseconds() + 30_000_000), Token);

    private Task<CommitResult> CommitAsync(IReadOnlyList<ItemReport> reports, IReadOnlyList<long> ended) =>
        _store.CommitAsync(new CommitBatch(reports, ended, [], MaxRests: 3), Token);
}
