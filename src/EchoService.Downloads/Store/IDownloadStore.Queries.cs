using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store;

/// <content>What is read of jobs and items.</content>
internal partial interface IDownloadStore
{
    /// <summary>Null: there is none, its list is still coming in, or it is being removed.</summary>
    Task<Job?> FindJobAsync(string id, CancellationToken cancellationToken);

    /// <summary>Jobs, newest first.</summary>
    /// <param name="owner">Only this one's jobs and nobody's; null: all.</param>
    /// <param name="before">The cursor: only jobs older than this one.</param>
    Task<Page<Job>> ListJobsAsync(string? owner, JobState? state, long? before, int limit, CancellationToken cancellationToken);

    Task<Item?> FindItemAsync(long job, int number, CancellationToken cancellationToken);

    /// <summary>Items in list order.</summary>
    /// <param name="after">The cursor: only items after this line.</param>
    Task<Page<Item>> ListItemsAsync(long job, ItemState? state, ErrorCode? errorCode, long? after, int limit, CancellationToken cancellationToken);

    /// <summary>The job, and those of its items, in one moment: for those who follow it.</summary>
    Task<(Job? Job, IReadOnlyList<Item> Items)> WatchAsync(string id, IReadOnlyCollection<int> numbers, CancellationToken cancellationToken);

    /// <summary>Items that wait for their turn, all running jobs together.</summary>
    Task<long> CountQueuedAsync(CancellationToken cancellationToken);

    /// <summary>Items of this owner's jobs that wait, those of lists that are still coming in included.</summary>
    Task<long> CountQueuedAsync(string? owner, CancellationToken cancellationToken);

    /// <summary>Bytes of the files of this owner's jobs.</summary>
    Task<long> CountBytesAsync(string? owner, CancellationToken cancellationToken);
}
