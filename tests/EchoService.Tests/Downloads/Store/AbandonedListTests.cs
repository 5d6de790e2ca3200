using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Downloads.Store.Postgres;
using EchoService.Tests.Testing;
using Npgsql;

namespace EchoService.Tests.Downloads.Store;

/// <summary>A list that one node takes for abandoned while another, which was paused, goes on with it.</summary>
public sealed class AbandonedListTests(PostgresServer server) : IAsyncLifetime
{
    private string _database = "";
    private PostgresDownloadStore? _store;
    private NpgsqlConnection? _other;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PostgresDownloadStore Store => _store!;

    public async ValueTask InitializeAsync()
    {
        _database = await server.NewDatabaseAsync();
        _store = PostgresStoreUnderTest.Unprepared(_database);
        await _store.PrepareAsync(Token);
        _other = new NpgsqlConnection(_database + ";Pooling=false");
        await _other.OpenAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _other!.DisposeAsync();
        await _store!.DisposeAsync();
    }

    [Fact]
    public async Task NothingComesToItAnyMore()
    {
        var job = await ReceiveAsync();
        await AgeAsync();
        await Store.RecoverAsync(TimeSpan.FromSeconds(30), Token);

        await AssertRefusedAsync(() => Store.AppendAsync(job, [Item(2)], [], Token));
        await AssertRefusedAsync(() => Store.ReserveNamesAsync(job, ["a.txt"], lasting: true, Token));
        await AssertRefusedAsync(() => Store.PublishAsync(job, 1, new JobOptions(), new RequestKey("key", [1]), Token));
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task ADiscardInTheMiddleOfItsPublishingLeavesNoQueue()
    {
        var job = await ReceiveAsync();
        await AssertRefusedAsync(() => PublishAsync(job, untilIn: "queues", meanwhile: "UPDATE jobs SET state = 6"));
        Assert.Equal(0, await PostgresServer.CountAsync(_database, "SELECT count(*) FROM queues"));
    }

    [Fact]
    public async Task ADiscardBeforeItsLastStepIsNoRequestUnderWay()
    {
        var job = await ReceiveAsync();
        await AssertRefusedAsync(() => PublishAsync(job, untilIn: "requests", meanwhile: "DELETE FROM jobs"));
    }

    [Fact]
    public async Task OneThatSomethingCameToMeanwhileIsKept()
    {
        var job = await ReceiveAsync();
        await AgeAsync();
        await using var holding = await _other!.BeginTransactionAsync(Token);
        await OtherAsync("UPDATE jobs SET touched_at = store_now()");
        var recovering = Store.RecoverAsync(TimeSpan.FromSeconds(30), Token);
        await SomebodyWaitsAsync();
        await holding.CommitAsync(Token);
        await recovering;

        Assert.NotNull(await Store.PublishAsync(job, 1, new JobOptions(), null, Token));
        Assert.Single((await Store.ClaimAsync(new ClaimLimits("node", 1, 8, TimeSpan.FromSeconds(30)), Token)).Lanes);
    }

    [Fact]
    public async Task ABatchThatIsSentAgainFindsTheHostsThatWereUndoneWithTheFirst()
    {
        var job = await Store.ReceiveAsync("one", null, Token);
        var hosts = new Dictionary<string, long>(StringComparer.Ordinal);
        Task appending;
        await using (var holding = await _other!.BeginTransactionAsync(Token))
        {
            await OtherAsync("LOCK TABLE items IN EXCLUSIVE MODE");
            appending = Store.AppendAsync(job, [Item(1)], hosts, Token);
            await SomebodyWaitsAsync();
            await OtherAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
            await holding.CommitAsync(Token);
        }

        await appending;
        Assert.Equal(1, await PostgresServer.CountAsync(_database, "SELECT count(*) FROM items JOIN hosts ON hosts.key = items.host"));
        await Store.AppendAsync(job, [Item(2)], hosts, Token);
        Assert.NotNull(await Store.PublishAsync(job, 2, new JobOptions(), null, Token));
        Assert.Single((await Store.ClaimAsync(new ClaimLimits("node", 1, 8, TimeSpan.FromSeconds(30)), Token)).Lanes);
    }

    [Fact]
    public async Task OneOfWhichACrashOfTheDatabaseTookAPartIsRefused()
    {
        await using var own = await PostgresServer.StartOwnAsync();
        var database = await own.NewDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "ALTER SYSTEM SET wal_writer_delay = '10s'");
        await PostgresServer.ExecuteAsync(database, "SELECT pg_reload_conf()");
        await using var store = PostgresStoreUnderTest.Unprepared(database);
        await store.PrepareAsync(Token);
        var job = await store.ReceiveAsync("one", null, Token);
        await store.AppendAsync(job, [Item(1)], [], Token);
        await store.ProbeAsync(Token); // this one waits for the disk, and so for all before it
        await store.AppendAsync(job, [Item(2)], [], Token);
        await own.RestartImmediatelyAsync();
        await store.AppendAsync(job, [Item(3)], [], Token);
        Assert.Equal(2, await PostgresServer.CountAsync(database, "SELECT count(*) FROM items"));

        await AssertRefusedAsync(() => store.PublishAsync(job, 3, new JobOptions(), null, Token));
    }

    [Fact]
    public async Task ADiscardThatBrokeOffIsEndedLikeADelete()
    {
        var job = await ReceiveAsync();
        await OtherAsync("UPDATE jobs SET state = 6");

        var (key, id, state) = Assert.Single(await Store.UnfinishedStopsAsync(Token));
        Assert.Equal((job, "one", JobState.Deleting), (key, id, state));
        await Store.RemoveRowsAsync(key, Token);
        await Store.ForgetAsync(key, id, Token);
        await AssertNothingIsLeftAsync();
    }

    private static NewItem Item(int number) => new(number, $"http://a/{number}", "a:80", [(byte)number], null, null);

    private static async Task AssertRefusedAsync(Func<Task> work)
    {
        var refused = await Assert.ThrowsAsync<StoreException>(work);
        Assert.Contains("taken for abandoned", refused.Message, StringComparison.Ordinal);
    }

    private async Task<long> ReceiveAsync()
    {
        var job = await Store.ReceiveAsync("one", null, Token);
        await Store.AppendAsync(job, [Item(1)], [], Token);
        return job;
    }

    /// <summary>Stops at the first row of a table, lets another connection do something, and goes on.</summary>
    private async Task PublishAsync(long job, string untilIn, string meanwhile)
    {
        await using var holding = await _other!.BeginTransactionAsync(Token);
        await OtherAsync($"LOCK TABLE {untilIn} IN EXCLUSIVE MODE");
        var publishing = Store.PublishAsync(job, 1, new JobOptions(), new RequestKey("key", [1]), Token);
        await SomebodyWaitsAsync();
        await OtherAsync(meanwhile);
        await holding.CommitAsync(Token);
        await publishing;
    }

    private Task AgeAsync() => OtherAsync("UPDATE jobs SET touched_at = touched_at - 7200000000");

    private async Task OtherAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _other);
        await command.ExecuteNonQueryAsync(Token);
    }

    private Task SomebodyWaitsAsync() => Eventually.True(
        async () => await PostgresServer.CountAsync(
            _database, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0,
        "somebody waits for a lock");

    private async Task AssertNothingIsLeftAsync()
    {
        foreach (var table in (string[])["jobs", "items", "queues", "names", "requests"])
        {
            Assert.Equal((table, 0), (table, await PostgresServer.CountAsync(_database, $"SELECT count(*) FROM {table}")));
        }
    }
}
