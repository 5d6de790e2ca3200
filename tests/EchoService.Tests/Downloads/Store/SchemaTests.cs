using System.Globalization;
using EchoService.Downloads;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Tests.Testing;
using Npgsql;

namespace EchoService.Tests.Downloads.Store;

/// <summary>Nodes of two versions on one database, while one after the other is replaced.</summary>
public sealed class SchemaTests(PostgresServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryFormerSchemaIsBroughtUpToDateAndServes()
    {
        var migrations = SqlText.Migrations("Postgres");
        for (var version = 0; version < migrations.Count; version++)
        {
            var database = await NewDatabaseAsync(version);
            await AssertServesAsync(database);
            Assert.Equal(migrations.Count, await PostgresServer.CountAsync(database, "SELECT max(version) FROM schema_version"));
        }
    }

    [Fact]
    public async Task WhatAJobLeftThatWasForgottenTooEarlyIsRemoved()
    {
        var database = await NewDatabaseAsync(version: 1);
        await PostgresServer.ExecuteAsync(database, "INSERT INTO jobs (key, id, state, options, created_at, touched_at) OVERRIDING SYSTEM VALUE VALUES (1, 'job', 3, '{}', 1, 1)");
        await PostgresServer.ExecuteAsync(database, "INSERT INTO queues (job, queue, host, queued, due_at) VALUES (1, 1, 1, 1, 0), (2, 1, 1, 1, 0)");
        await PostgresServer.ExecuteAsync(database, "INSERT INTO requests (owner, key, digest, job, created_at) VALUES ('', 'a', '0', 'job', 1), ('', 'b', '0', 'gone', 1)");
        await using var store = PostgresStoreUnderTest.Unprepared(database);

        await store.PrepareAsync(Token);

        Assert.Equal(1, await PostgresServer.CountAsync(database, "SELECT sum(job)::bigint FROM queues"));
        Assert.NotNull(await store.FindRequestAsync(null, "a", Token));
        Assert.Null(await store.FindRequestAsync(null, "b", Token));
    }

    [Fact]
    public async Task ATableThatAnotherHoldsIsNotWaitedFor()
    {
        var database = await NewDatabaseAsync(version: 1);
        await using var store = PostgresStoreUnderTest.Unprepared(database);
        await using (var source = NpgsqlDataSource.Create(database + ";Pooling=false"))
        await using (var connection = await source.OpenConnectionAsync(Token))
        {
            await using var holding = await connection.BeginTransactionAsync(Token);
            await using var hold = new NpgsqlCommand("LOCK TABLE jobs IN ACCESS SHARE MODE", connection, holding);
            await hold.ExecuteNonQueryAsync(Token);

            var refused = await Assert.ThrowsAsync<StoreException>(() => store.PrepareAsync(Token));

            Assert.Contains("lock timeout", refused.Message, StringComparison.Ordinal);
            Assert.Equal(1, await PostgresServer.CountAsync(database, "SELECT max(version) FROM schema_version"));
        }

        await store.PrepareAsync(Token);
        Assert.Equal(SqlText.Migrations("Postgres").Count, await PostgresServer.CountAsync(database, "SELECT max(version) FROM schema_version"));
    }

    [Fact]
    public async Task NothingWorksBeforeTheSchemaIsUpToDate()
    {
        var database = await NewDatabaseAsync(version: 1);
        await using var store = PostgresStoreUnderTest.Unprepared(database);
        var early = await Assert.ThrowsAsync<StoreException>(() => store.CountQueuedAsync(Token));
        Assert.Contains("not been brought up to date", early.Message, StringComparison.Ordinal);

        var (reading, writing) = (store.CountQueuedAsync(Token), store.ReceiveAsync("one", null, Token));
        Assert.False(reading.IsCompleted || writing.IsCompleted);
        await store.PrepareAsync(Token);
        Assert.Equal(0, await reading);
        await writing;
    }

    [Fact]
    public async Task ManyNodesThatStartAtOnceMigrateOnce()
    {
        var database = await server.NewDatabaseAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var store = PostgresStoreUnderTest.Unprepared(database);
            await store.PrepareAsync(Token);
        }));

        Assert.Equal(SqlText.Migrations("Postgres").Count, await PostgresServer.CountAsync(database, "SELECT count(*) FROM schema_version WHERE version > 0"));
    }

    [Fact]
    public async Task ANewerSchemaThatStillWorksWithThisVersionIsUsedAsItIs()
    {
        var database = await server.NewDatabaseAsync();
        await AssertServesAsync(database);
        await PostgresServer.ExecuteAsync(database, "ALTER TABLE jobs ADD COLUMN later integer; ALTER TABLE items ADD COLUMN later text; INSERT INTO schema_version VALUES (99, 1)");

        await AssertServesAsync(database);
    }

    [Fact]
    public async Task ASchemaThatThisVersionCannotWorkWithIsRefused()
    {
        var database = await server.NewDatabaseAsync();
        await AssertServesAsync(database);
        await PostgresServer.ExecuteAsync(database, "INSERT INTO schema_version VALUES (99, 98)");
        await using var store = PostgresStoreUnderTest.Unprepared(database);

        var refused = await Assert.ThrowsAsync<DataFolderException>(() => store.PrepareAsync(Token));

        Assert.Contains("schema 99", refused.Message, StringComparison.Ordinal);
        Assert.Contains("start a newer version", refused.Message, StringComparison.Ordinal);
    }

    private async Task<string> NewDatabaseAsync(int version)
    {
        var database = await server.NewDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "CREATE TABLE schema_version (version integer NOT NULL PRIMARY KEY, oldest integer NOT NULL)");
        for (var made = 0; made < version; made++)
        {
            await PostgresServer.ExecuteAsync(database, SqlText.Migrations("Postgres")[made]);
            await PostgresServer.ExecuteAsync(database, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO schema_version VALUES ({made + 1}, 1)"));
        }

        return database;
    }

    private static async Task AssertServesAsync(string database)
    {
        await using var store = PostgresStoreUnderTest.Unprepared(database);
        await store.PrepareAsync(Token);
        var id = Guid.NewGuid().ToString("N");
        var job = await store.ReceiveAsync(id, null, Token);
        await store.AppendAsync(job, [new NewItem(1, "http://a/1", "a:80", [1], null, null)], [], Token);
        await store.PublishAsync(job, 1, new JobOptions(), null, Token);
        var lane = Assert.Single((await store.ClaimAsync(new ClaimLimits("node", 1, 8, TimeSpan.FromSeconds(30)), Token)).Lanes);
        var report = new ItemReport(lane, 1, Outcome.Saved, new SavedFile("a.txt", OnConflict.Rename, 1, new string('a', 64), null, 200));
        var committed = await store.CommitAsync(new CommitBatch([report], [lane.Token], []), Token);
        await store.CommitAsync(new CommitBatch([], [], [committed.Reports[0].Placement!]), Token);
        Assert.Equal(JobState.Completed, (await store.FindJobAsync(id, Token))!.State);
    }
}
