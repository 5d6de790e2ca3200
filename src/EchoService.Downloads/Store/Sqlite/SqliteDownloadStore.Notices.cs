using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store.Sqlite;

/// <summary>Who is still to be told of a job's end, and which ended jobs are the oldest.</summary>
internal sealed partial class SqliteDownloadStore
{
    public Task<IReadOnlyList<Notice>> DueNoticesAsync(int limit, CancellationToken cancellationToken) => _database.ReadAsync<IReadOnlyList<Notice>>(session => session.Query(
        "due_notices",
        row => new Notice(row.GetInt64(0), row.GetInt64(1), (NoticeKind)row.GetInt32(2), row.GetInt32(3)),
        ("@now", Now), ("@limit", limit)));

    public Task<TimeSpan?> NextNoticeAsync(CancellationToken cancellationToken) => _database.ReadAsync<TimeSpan?>(session =>
        session.Scalar("next_notice", ("@now", Now)) is { } due ? StoreTime.ToSpan(due - Now) : null);

    public Task PostponeAsync(Notice notice, TimeSpan pause, CancellationToken cancellationToken) => _database.WriteAsync(
        session => session.Execute("postpone_notice", ("@due_at", Now + StoreTime.FromSpan(pause)), ("@key", notice.Key)), cancellationToken);

    public Task RemoveAsync(Notice notice, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            session =>
            {
                session.Execute("remove_notice", ("@key", notice.Key));
                return session.Execute("delete_job", ("@job", notice.Job));
            },
            cancellationToken);

    public Task<Job?> JobOfAsync(Notice notice, CancellationToken cancellationToken) =>
        _database.ReadAsync(session => session.Query("noticed_job", Rows.Job, ("@job", notice.Job)).FirstOrDefault());

    public Task<(string Id, TimeSpan Age)?> OldestEndedAsync(CancellationToken cancellationToken) => _database.ReadAsync(session => session.Query(
        "oldest_ended", row => ((string, TimeSpan)?)(row.GetString(0), StoreTime.ToSpan(Now - row.GetInt64(1)))).FirstOrDefault());

    public Task<long> AllBytesAsync(CancellationToken cancellationToken) => _database.ReadAsync(session => session.Scalar("all_bytes") ?? 0);
}
