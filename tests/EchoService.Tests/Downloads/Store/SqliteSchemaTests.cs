using System.Globalization;
using EchoService.Downloads;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Downloads.Store.Sqlite;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Store;

/// <summary>A database file of another version of the service.</summary>
public sealed class SqliteSchemaTests : IDisposable
{
    private static readonly ItemState[] s_states = Enum.GetValues<ItemState>();
    private readonly string _folder = Directory.CreateTempSubdirectory("echoservice-schema-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string DatabasePath => Path.Combine(_folder, "store.db");

    public static TheoryData<int> FormerVersions() => [.. Enumerable.Range(1, SqlText.Migrations("Sqlite").Count - 1)];

    [Theory]
    [MemberData(nameof(FormerVersions))]
    public async Task EveryFormerSchemaIsBroughtUpToDateWithItsRows(int version)
    {
        var rows = string.Join(", ", s_states.Select(state => string.Create(CultureInfo.InvariantCulture, $"(1, {(int)state + 1}, 'http://a/{(int)state}', {(int)state})")));
        Sqlite.Execute(DatabasePath, string.Join('\n', SqlText.Migrations("Sqlite").Take(version)));
        Sqlite.Execute(DatabasePath, "INSERT INTO jobs (id, state, options, created_at, total) VALUES ('job', 3, '{}', 1, 7)");
        Sqlite.Execute(DatabasePath, $"INSERT INTO items (job, n, url, state) VALUES {rows}");
        Sqlite.Execute(DatabasePath, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version}"));

        using var store = new SqliteDownloadStore(DatabasePath, new ManualTime());

        foreach (var state in s_states.Except([ItemState.Committed]))
        {
            var items = (await store.ListItemsAsync(1, state, null, null, 10, Token)).Items;
            Assert.Contains(items, item => item.Number == (int)state + 1 && item.Url == $"http://a/{(int)state}");
        }
    }

    [Fact]
    public void WhatAJobLeftThatWasForgottenTooEarlyIsRemoved()
    {
        Sqlite.Execute(DatabasePath, string.Join('\n', SqlText.Migrations("Sqlite").Take(5)));
        Sqlite.Execute(DatabasePath, "INSERT INTO jobs (id, state, options, created_at) VALUES ('job', 3, '{}', 1)");
        Sqlite.Execute(DatabasePath, "INSERT INTO queues (job, queue, host, queued, due_at) VALUES (1, 1, 1, 1, 0), (2, 1, 1, 1, 0)");
        Sqlite.Execute(DatabasePath, "INSERT INTO requests (owner, key, digest, job, created_at) VALUES ('', 'a', x'00', 'job', 1), ('', 'b', x'00', 'gone', 1)");
        Sqlite.Execute(DatabasePath, "PRAGMA user_version = 5");

        using var store = new SqliteDownloadStore(DatabasePath, new ManualTime());

        Assert.Equal(1, Sqlite.Count(DatabasePath, "SELECT sum(job) FROM queues"));
        Assert.Equal(["a"], Sqlite.Texts(DatabasePath, "SELECT key FROM requests"));
    }

    [Fact]
    public void ANewerSchemaIsRefusedAndLeftAsItIs()
    {
        Sqlite.Execute(DatabasePath, "PRAGMA user_version = 99");
        var before = new FileInfo(DatabasePath).Length;

        var refused = Assert.Throws<DataFolderException>(() => new SqliteDownloadStore(DatabasePath, new ManualTime()));

        Assert.Contains("start the newer version", refused.Message, StringComparison.Ordinal);
        Assert.Equal(99, Sqlite.Count(DatabasePath, "PRAGMA user_version"));
        Assert.Equal(before, new FileInfo(DatabasePath).Length);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
