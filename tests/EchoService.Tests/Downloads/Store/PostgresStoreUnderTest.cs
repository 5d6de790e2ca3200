using System.Globalization;
using EchoService.Downloads.Store;
using EchoService.Downloads.Store.Postgres;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Store;

/// <summary>A store in a database of its own. The database's clock is a function: here it is one that stands still until the test moves it.</summary>
internal sealed class PostgresStoreUnderTest : IStoreUnderTest
{
    private readonly string _connection;
    private readonly PostgresDownloadStore _store;
    private long _now = 1_767_225_600_000_000;

    private PostgresStoreUnderTest(string connection)
    {
        _connection = connection;
        _store = Unprepared(connection);
    }

    public IDownloadStore Store => _store;

    /// <summary>A store by the system's clock and the database's, whose schema is still to be brought up to date.</summary>
    public static PostgresDownloadStore Unprepared(string connection) =>
        new(new PostgresDatabase(new StoreOptions { Kind = StoreKind.Postgres, ConnectionString = connection }, TimeProvider.System), TimeProvider.System);

    public static async Task<IStoreUnderTest> OpenAsync(PostgresServer server)
    {
        var store = new PostgresStoreUnderTest(await server.NewDatabaseAsync());
        await store._store.PrepareAsync(TestContext.Current.CancellationToken);
        await store.AdvanceAsync(TimeSpan.Zero);
        return store;
    }

    public Task AdvanceAsync(TimeSpan by)
    {
        _now += StoreTime.FromSpan(by);
        return PostgresServer.ExecuteAsync(
            _connection, string.Create(CultureInfo.InvariantCulture, $"CREATE OR REPLACE FUNCTION store_now() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT {_now}::bigint'"));
    }

    public Task<long> CountAsync(string sql) => PostgresServer.CountAsync(_connection, sql);

    public ValueTask DisposeAsync() => _store.DisposeAsync();
}
