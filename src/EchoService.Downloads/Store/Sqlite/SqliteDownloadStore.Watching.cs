using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store.Sqlite;

/// <summary>What those who follow a job read.</summary>
internal sealed partial class SqliteDownloadStore
{
    private long _watchReads;

    /// <summary>How often a job was read for its watchers: grows with its changes, never with their number.</summary>
    public long WatchReads => Interlocked.Read(ref _watchReads);

    public Task<(Job? Job, IReadOnlyList<Item> Items)> WatchAsync(string id, IReadOnlyCollection<int> numbers, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _watchReads);
        return _database.ReadAsync<(Job?, IReadOnlyList<Item>)>(session =>
        {
            if (session.Query("job", Rows.Job, ("@id", id)).FirstOrDefault() is not { } job)
            {
                return (null, []);
            }

            return (job, numbers.Count == 0 ? [] : session.Query("items_numbered", Rows.Item, ("@job", job.Key), ("@numbers", $"[{string.Join(',', numbers)}]")));
        });
    }
}
