using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store;

/// <summary>What those who follow a job read.</summary>
internal sealed partial class SqliteDownloadStore
{
    private long _watchReads;

    /// <summary>How often a job was read for its watchers: grows with its changes, never with their number.</summary>
    public long WatchReads => Interlocked.Read(ref _watchReads);

    /// <summary>The job, and those of its items, in one moment.</summary>
    public (Job? Job, IReadOnlyList<Item> Items) Watch(string id, IReadOnlyCollection<int> numbers)
    {
        Interlocked.Increment(ref _watchReads);
        return _database.Read<(Job?, IReadOnlyList<Item>)>(session =>
        {
            if (session.Query("job", ReadJob, ("@id", id)).FirstOrDefault() is not { } job)
            {
                return (null, []);
            }

            return (job, numbers.Count == 0 ? [] : session.Query("items_numbered", ReadItem, ("@job", job.Key), ("@numbers", $"[{string.Join(',', numbers)}]")));
        });
    }
}
