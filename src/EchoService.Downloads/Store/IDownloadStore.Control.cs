using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store;

/// <content>How users steer jobs: the job's state first, in one small transaction; its many rows after it, in batches that can be gone on with.</content>
internal partial interface IDownloadStore
{
    /// <summary>What one transaction of a large change takes at most.</summary>
    const int RowsAtOnce = 10_000;

    /// <summary>
    /// Cancels what has not ended; <see cref="CancelQueuedAsync"/> ends what is queued. Running items lose their lanes' hold at once; a lane's
    /// row stays until its worker has stopped.
    /// </summary>
    /// <returns>With the result the job as it was before.</returns>
    Task<(ControlResult Result, Job? Job)> BeginCancelAsync(string id, CancellationToken cancellationToken);

    /// <summary>Cancels what of a cancelled job is still queued.</summary>
    Task CancelQueuedAsync(long job, CancellationToken cancellationToken);

    /// <summary>Takes a job from one state to another in which the same items are left: running and paused.</summary>
    Task<(ControlResult Result, Job? Job)> SwitchAsync(string id, JobState from, JobState to, CancellationToken cancellationToken);

    /// <summary>Makes the job invisible and stops it; <see cref="RemoveRowsAsync"/> and <see cref="ForgetAsync"/> take its rows away.</summary>
    Task<(ControlResult Result, Job? Job)> BeginDeleteAsync(string id, Func<Job, bool> allowed, CancellationToken cancellationToken);

    /// <summary>Removes the rows of a job's items, some thousand in a transaction.</summary>
    Task RemoveRowsAsync(long job, CancellationToken cancellationToken);

    /// <summary>Removes what is left of a job whose items and files are gone. While somebody is to be told of its end, its own row stays, invisible.</summary>
    /// <param name="id">Of the same job: a node of a former version may have taken its row by now.</param>
    Task ForgetAsync(long job, string id, CancellationToken cancellationToken);

    /// <summary>Jobs whose cancelling or removal broke off, or is under way.</summary>
    Task<IReadOnlyList<(long Key, string Id, JobState State)>> UnfinishedStopsAsync(CancellationToken cancellationToken);

    /// <summary>Lets an ended or running job run, if it has a failed item of that kind. <see cref="QueueFailedAsync"/> queues them.</summary>
    Task<(ControlResult Result, RetryUnderWay? Retry)> BeginRetryAsync(string id, ErrorCode? code, CancellationToken cancellationToken);

    /// <summary>Queues what failed before the retry began; ends early where the job was cancelled meanwhile.</summary>
    /// <param name="queued">Called after each batch: its items are due.</param>
    /// <returns>Whether the job has ended: every item of the retry had ended before the last one was queued.</returns>
    Task<bool> QueueFailedAsync(RetryUnderWay retry, Action queued, CancellationToken cancellationToken);

    /// <summary>Retries that broke off.</summary>
    Task<IReadOnlyList<RetryUnderWay>> UnfinishedRetriesAsync(CancellationToken cancellationToken);

    /// <summary>Queues an item that waits, failed or was cancelled with a new URL, all its attempts before it. An ended job runs again.</summary>
    /// <returns>With the item the token of the part that it had kept of the old URL: nothing names that part any more.</returns>
    Task<(ControlResult Result, Item? Item, long? Part)> ReplaceUrlAsync(
        string id, int number, string url, string host, byte[] urlHash, CancellationToken cancellationToken);
}
