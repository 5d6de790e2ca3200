using EchoService.Downloads.Store;
using EchoService.Downloads.Store.Sqlite;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Store;

internal sealed class SqliteStoreUnderTest : IStoreUnderTest
{
    private readonly string _folder = Directory.CreateTempSubdirectory("echoservice-store-").FullName;
    private readonly ManualTime _time = new();
    private readonly SqliteDownloadStore _store;

    public SqliteStoreUnderTest() => _store = new SqliteDownloadStore(DatabasePath, _time);

    public IDownloadStore Store => _store;

    private string DatabasePath => Path.Combine(_folder, "store.db");

    public Task AdvanceAsync(TimeSpan by)
    {
        _time.Advance(by);
        return Task.CompletedTask;
    }

    public Task<long> CountAsync(string sql) => Task.FromResult(Sqlite.Count(DatabasePath, sql));

    public ValueTask DisposeAsync()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
