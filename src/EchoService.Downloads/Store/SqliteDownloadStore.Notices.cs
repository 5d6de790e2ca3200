using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store;

/// <summary>Who is still to be told of a job's end, and which ended jobs are the oldest.</summary>
internal sealed partial class SqliteDownloadStore
{
    public IReadOnlyList<Notice> DueNotices(int limit) => _database.Read(session => session.Query(
        "due_notices",
        row => new Notice(row.GetInt64(0), row.GetInt64(1), (NoticeKind)row.GetInt32(2), row.GetInt32(3)),
        ("@now", Now), ("@limit", limit)));

    /// <summary>When the next notice is due that is not yet; microseconds since 1970.</summary>
    public long? NextNotice() => _database.Read(session => session.Scalar("next_notice", ("@now", Now)));

    public Task PostponeAsync(Notice notice, TimeSpan pause, CancellationToken cancellationToken) => _database.WriteAsync(
        session => session.Execute("postpone_notice", ("@due_at", Now + StoreTime.FromSpan(pause)), ("@key", notice.Key)), cancellationToken);

    public Task RemoveAsync(Notice notice, CancellationToken cancellationToken) =>
        _database.WriteAsync(session => session.Execute("remove_notice", ("@key", notice.Key)), cancellationToken);

    public Job? FindJob(long key) => _database.Read(session => session.Query("job_by_key", ReadJob, ("@job", key)).FirstOrDefault());

    /// <summary>The job that ended first, everybody told of its end; null: there is none.</summary>
    public (string Id, DateTimeOffset FinishedAt)? OldestEnded() => _database.Read(session => session.Query(
        "oldest_ended", row => ((string, DateTimeOffset)?)(row.GetString(0), StoreTime.ToDateTime(row.GetInt64(1)))).FirstOrDefault());

    /// <summary>Bytes of all jobs' files.</summary>
    public long AllBytes() => _database.Read(session => session.Scalar("all_bytes") ?? 0);
}

/// <summary>The numbers are stored: never change one.</summary>
internal enum NoticeKind
{
    /// <summary>The job's <c>onComplete</c> URL.</summary>
    Webhook = 0,

    /// <summary>The operator's program.</summary>
    Command = 1,
}

/// <param name="Attempts">Those that failed.</param>
internal sealed record Notice(long Key, long Job, NoticeKind Kind, int Attempts);
