using EchoService.Downloads;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;

namespace EchoService.Tests.Downloads.Store;

/// <summary>The store's contract: every engine keeps it.</summary>
public abstract class DownloadStoreTests : StoreTests
{
    [Fact]
    public async Task AJobIsSeenByNobodyUntilItIsPublished()
    {
        var key = await Store.ReceiveAsync("one", null, Token);
        await Store.AppendAsync(key, [Item(1, "a:80")], [], Token);

        Assert.Null(await Store.FindJobAsync("one", Token));
        Assert.Empty((await Store.ListJobsAsync(null, null, null, 10, Token)).Items);
        Assert.Empty((await ClaimAsync(10)).Lanes);

        await Store.PublishAsync(key, 1, new JobOptions(), null, Token);
        Assert.Equal(JobState.Running, (await JobAsync("one")).State);
        Assert.Single((await ClaimAsync(10)).Lanes);
    }

    [Fact]
    public async Task AListThatBrokeOffLeavesNothingAndOneThatWasPublishedMeanwhileStays()
    {
        var broken = await Store.ReceiveAsync("broken", null, Token);
        await Store.AppendAsync(broken, [Item(1, "a:80")], [], Token);
        await Store.DiscardAsync(broken, Token);
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM jobs") + await CountAsync("SELECT count(*) FROM items"));

        await PublishAsync("published", new JobOptions(), [Item(1, "a:80")], new RequestKey("key", [1]));
        await Store.DiscardAsync((await JobAsync("published")).Key, Token);
        Assert.Equal("published", (await Store.FindRequestAsync(null, "key", Token))!.Value.Job);
        Assert.Single(Assert.Single((await ClaimAsync(1)).Lanes).Items);
    }

    [Fact]
    public async Task AListThatLacksALineIsRefused()
    {
        var key = await Store.ReceiveAsync("one", null, Token);
        await Store.AppendAsync(key, [Item(1, "a:80")], [], Token);

        var refused = await Assert.ThrowsAsync<StoreException>(() => Store.PublishAsync(key, 2, new JobOptions(), new RequestKey("key", [1]), Token));

        Assert.Contains("post it again", refused.Message, StringComparison.Ordinal);
        Assert.Null(await Store.FindRequestAsync(null, "key", Token));
        Assert.Null(await Store.FindJobAsync("one", Token));
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
        Assert.Equal(ItemState.Running, (await Store.FindItemAsync(first.Job, 1, Token))!.State);
        // Nor does it keep the name that it wished for.
        var good = await CommitAsync([Saved(second, 1, "LATE.txt")], [second.Token]);
        Assert.Equal("LATE.txt", Assert.Single(good.Reports).Placement!.Name);
    }

    [Fact]
    public async Task AnItemIsDoneOnlyWhenItsFileIsInPlace()
    {
        await PublishAsync("one", Item(1, "a:80"));
        var lane = Assert.Single((await ClaimAsync(1)).Lanes);
        var committed = await CommitAsync([Saved(lane, 1, "a.txt")], [lane.Token]);
        Assert.Equal(ItemState.Committed, (await Store.FindItemAsync(lane.Job, 1, Token))!.State);
        Assert.Equal(JobState.Running, (await JobAsync("one")).State);

        // A restart in between, a lease later, finds the placement again.
        await AdvanceAsync(Lease + TimeSpan.FromSeconds(1));
        Assert.Equal("a.txt", Assert.Single(await Store.RecoverAsync(Lease, Token)).Name);

        var placed = await Store.CommitAsync(new CommitBatch([], [], [committed.Reports[0].Placement!]), Token);
        Assert.Equal("one", Assert.Single(placed.CompletedJobs));
        var job = (await JobAsync("one"));
        Assert.Equal((JobState.Completed, 1, 10L), (job.State, job.Counts.Done, job.Bytes));

        // Told again, as after a commit whose answer got lost: it is in place, and counted once.
        Assert.Empty((await Store.CommitAsync(new CommitBatch([], [], [committed.Reports[0].Placement!]), Token)).Lost);
        Assert.Equal((1, 10L), ((await JobAsync("one")).Counts.Done, (await JobAsync("one")).Bytes));
    }

    [Fact]
    public async Task ARestartQueuesWhatWasRunningAgain()
    {
        await PublishAsync("one", Item(1, "a:80"), Item(2, "a:80"), Item(3, "b:80"));
        Assert.NotEmpty((await ClaimAsync(10)).Lanes);
        await AdvanceAsync(Lease + TimeSpan.FromSeconds(1));

        await Store.RecoverAsync(Lease, Token);

        Assert.Equal(3, (await JobAsync("one")).Counts.Queued);
        Assert.Equal(3, (await ClaimAsync(10)).Lanes.Sum(lane => lane.Items.Count));
    }

    [Fact]
    public async Task CancellingTakesTheItemsAwayFromTheirLanes()
    {
        await PublishAsync("one", Item(1, "a:80"), Item(2, "b:80"));
        var lane = Assert.Single((await ClaimAsync(1)).Lanes);

        Assert.Equal(ControlResult.Done, await CancelAsync("one"));

        Assert.Equal(2, (await JobAsync("one")).Counts.Cancelled);
        Assert.False((await CommitAsync([Saved(lane, lane.Items[0].Number, "x")], [lane.Token])).Reports[0].Accepted);
        Assert.Equal(ControlResult.Conflict, await CancelAsync("one"));
        Assert.Equal(ControlResult.NotFound, await CancelAsync("nothing"));
    }

    [Fact]
    public async Task ADeletedJobIsForgottenOnceItsFilesAreGoneAndEverybodyIsTold()
    {
        await PublishAsync("told first", new JobOptions(), [Item(1, "a:80")], new RequestKey("key", [1]));
        await PublishAsync("told last", Item(1, "a:80"));
        var first = (await Store.BeginDeleteAsync("told first", _ => true, Token)).Job!.Key;
        var last = (await Store.BeginDeleteAsync("told last", _ => true, Token)).Job!.Key;
        var notices = (await Store.DueNoticesAsync(10, Token)).ToDictionary(notice => notice.Job);

        // Everybody is told while the files are still being removed: who breaks off there must find the job again.
        await Store.RemoveRowsAsync(first, Token);
        await Store.RemoveAsync(notices[first], Token);
        Assert.Equal(["told first", "told last"], (await Store.UnfinishedStopsAsync(Token)).Select(stop => stop.Id).Order(StringComparer.Ordinal));
        await Store.ForgetAsync(first, "told first", Token);
        Assert.Null(await Store.JobOfAsync(notices[first], Token));

        // All is removed, and somebody is still to be told: there is nothing to finish meanwhile.
        await Store.RemoveRowsAsync(last, Token);
        await Store.ForgetAsync(last, "told last", Token);
        Assert.Empty(await Store.UnfinishedStopsAsync(Token));
        Assert.Equal("told last", (await Store.JobOfAsync(notices[last], Token))!.Id);
        await Store.RemoveAsync(notices[last], Token);
        Assert.Null(await Store.JobOfAsync(notices[last], Token));
        foreach (var table in (string[])["jobs", "items", "queues", "requests", "notices"])
        {
            Assert.Equal((table, 0), (table, await CountAsync($"SELECT count(*) FROM {table}")));
        }
    }

    [Fact]
    public async Task APartIsNamedFromItsLeaseUntilItsFileIsInPlace()
    {
        await PublishAsync("one", Item(1, "a:80"));
        var first = Assert.Single((await ClaimAsync(1)).Lanes);
        Task<bool> NamedAsync(Lane lane) => Store.NamesPartAsync("one", 1, lane.Token, Token);
        Assert.True(await NamedAsync(first));

        // It breaks off and is kept; the next attempt may go on with it, or begin its own.
        await CommitAsync([new ItemReport(first, 1, Outcome.Released, Kept: new KeptPart("\"v1\"", first.Token, 5))], [first.Token]);
        Assert.True(await NamedAsync(first));
        var second = Assert.Single((await ClaimAsync(1)).Lanes);
        Assert.Equal((true, true), (await NamedAsync(first), await NamedAsync(second)));

        var saved = await CommitAsync([Saved(second, 1, "a.txt")], [second.Token]);
        Assert.Equal((false, true), (await NamedAsync(first), await NamedAsync(second)));
        await Store.CommitAsync(new CommitBatch([], [], [saved.Reports[0].Placement!]), Token);
        Assert.False(await NamedAsync(second));
    }

    [Fact]
    public async Task ANameThatIsTakenForGoodPassesToNoItem()
    {
        var key = await Store.ReceiveAsync("one", null, Token);
        await Store.AppendAsync(key, [Item(1, "a:80"), Item(2, "a:80")], [], Token);
        await Store.ReserveNamesAsync(key, ["Folder"], lasting: true, Token);
        await Store.ReserveNamesAsync(key, ["File", "folder"], lasting: false, Token);
        await Store.PublishAsync(key, 2, new JobOptions(), null, Token);
        var lanes = (await ClaimAsync(2)).Lanes.ToDictionary(lane => Assert.Single(lane.Items).Number);
        ItemReport Over(int number, string name) => new(
            lanes[number], number, Outcome.Saved, new SavedFile(name, OnConflict.Overwrite, 10, new string('a', 64), "text/plain", 200));

        var results = (await CommitAsync([Over(1, "folder"), Over(2, "file")], [])).Reports;

        Assert.Equal((null, ErrorCode.NameConflict, "file"), (results[0].Placement, results[0].Error, results[1].Placement?.Name));
    }

    [Fact]
    public async Task WhoIsLateWithACancelLeavesAJobThatRunsAgainAlone()
    {
        await PublishAsync("one", Item(1, "a:80"));
        var job = await JobAsync("one");
        await CancelAsync("one");
        await Store.ReplaceUrlAsync("one", 1, "http://b/1", "b:80", new byte[16], Token);

        await Store.CancelQueuedAsync(job.Key, Token);

        Assert.Equal((JobState.Running, 1), ((await JobAsync("one")).State, (await JobAsync("one")).Counts.Queued));
        Assert.Single((await ClaimAsync(1)).Lanes);
    }

    [Fact]
    public async Task AnAttemptIsRunningUntilARowNamesItOrNoneEverWill()
    {
        await PublishAsync("one", Item(1, "a:80"), Item(2, "b:80"), Item(3, "c:80"));
        var lanes = (await ClaimAsync(10)).Lanes.ToDictionary(lane => Assert.Single(lane.Items).Number);
        Attempt[] attempts = [.. lanes.OrderBy(lane => lane.Key).Select(lane => new Attempt("one", lane.Key, lane.Value.Token)), new("two", 1, 1), new("one", 4, 1), new("one", 1, 999)];
        AttemptState[] others = [AttemptState.Foreign, AttemptState.Abandoned, AttemptState.Abandoned];
        Assert.Equal([AttemptState.Running, AttemptState.Running, AttemptState.Running, .. others], await Store.AttemptsAsync(attempts, Token));

        var saved = await CommitAsync(
            [Saved(lanes[1], 1, "a.txt"), new ItemReport(lanes[2], 2, Outcome.Failed, Error: new FetchError(ErrorCode.NotFound, "404", 404))], [lanes[1].Token, lanes[2].Token]);
        Assert.Equal([AttemptState.Saved, AttemptState.Abandoned, AttemptState.Running, .. others], await Store.AttemptsAsync(attempts, Token));

        // Its file gets its name, the third item's lane dies and another takes its place.
        await Store.CommitAsync(new CommitBatch([], [], [saved.Reports[0].Placement!]), Token);
        await AdvanceAsync(Lease + TimeSpan.FromSeconds(1));
        await Store.RecoverAsync(Lease, Token);
        Assert.Equal([AttemptState.Saved, AttemptState.Abandoned, AttemptState.Abandoned, .. others], await Store.AttemptsAsync(attempts, Token));
        var next = Assert.Single((await ClaimAsync(10)).Lanes);
        Assert.Equal([AttemptState.Abandoned, AttemptState.Running], await Store.AttemptsAsync([attempts[2], attempts[2] with { Token = next.Token }], Token));
        Assert.Empty(await Store.AttemptsAsync([], Token));

        await Store.BeginDeleteAsync("one", _ => true, Token);
        await Store.RemoveRowsAsync(next.Job, Token);
        Assert.Equal(AttemptState.Abandoned, Assert.Single(await Store.AttemptsAsync([attempts[0]], Token)));
    }
}
