using EchoService.Downloads.Store;
using EchoService.Downloads.Store.Sqlite;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Store;

internal sealed class SqliteStoreUnderTest : IStoreUnderTest
{
    private readonly string _folder = Directory.CreateTempSubdirectory("echoservice-store-").FullName;
    private readonly ManualTime _time = new();
    private readonly SqliteDownloadStore _store;

    public SqliteStoreUnderTest() => _store = new SqliteDownloadStore(Path.Combine(_folder, "store.db"), _time);

    public IDownloadStore Store => _store;

    public Task AdvanceAsync(TimeSpan by)
    {
        _time.Advance(by);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
