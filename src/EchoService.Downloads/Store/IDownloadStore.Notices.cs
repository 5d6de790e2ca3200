using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store;

/// <content>Who is still to be told of a job's end, and which ended jobs are the oldest.</content>
internal partial interface IDownloadStore
{
    /// <summary>Notices that are due. On a shared store they are this node's for a while, so that one node tells them.</summary>
    Task<IReadOnlyList<Notice>> DueNoticesAsync(int limit, CancellationToken cancellationToken);

    /// <summary>How long until the next notice is due that is not yet; null: there is none.</summary>
    Task<TimeSpan?> NextNoticeAsync(CancellationToken cancellationToken);

    /// <summary>Telling it failed: it is due again after the pause.</summary>
    Task PostponeAsync(Notice notice, TimeSpan pause, CancellationToken cancellationToken);

    /// <summary>It is through. Of a job that was deleted and is removed nothing is left after its last notice.</summary>
    Task RemoveAsync(Notice notice, CancellationToken cancellationToken);

    /// <summary>The job that the notice tells of, as it ended; it may be deleted by now.</summary>
    Task<Job?> JobOfAsync(Notice notice, CancellationToken cancellationToken);

    /// <summary>The job that ended first, everybody told of its end; null: there is none.</summary>
    Task<(string Id, TimeSpan Age)?> OldestEndedAsync(CancellationToken cancellationToken);

    /// <summary>Bytes of all jobs' files.</summary>
    Task<long> AllBytesAsync(CancellationToken cancellationToken);
}
