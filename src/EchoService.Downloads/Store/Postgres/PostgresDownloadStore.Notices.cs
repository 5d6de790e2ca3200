using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store.Postgres;

/// <content>Who is still to be told of a job's end, and which ended jobs are the oldest.</content>
internal sealed partial class PostgresDownloadStore
{
    /// <summary>A node that dies with a notice in its hand has told it, or another one does after this long.</summary>
    private static readonly TimeSpan s_noticeHold = TimeSpan.FromMinutes(5);

    public Task<IReadOnlyList<Notice>> DueNoticesAsync(int limit, CancellationToken cancellationToken) =>
        database.TransactAsync<IReadOnlyList<Notice>>(
            async session => await session.QueryAsync(
                "due_notices",
                row => new Notice(row.GetInt64(0), row.GetInt64(1), (NoticeKind)row.GetInt32(2), row.GetInt32(3)),
                ("@limit", limit), ("@hold", StoreTime.FromSpan(s_noticeHold)), ("@now", await session.NowAsync())),
            cancellationToken);

    public Task<TimeSpan?> NextNoticeAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<TimeSpan?>(
            async session =>
            {
                var now = await session.NowAsync();
                return await session.ScalarAsync("next_notice", ("@now", now)) is { } due ? StoreTime.ToSpan(due - now) : null;
            },
            cancellationToken);

    public Task PostponeAsync(Notice notice, TimeSpan pause, CancellationToken cancellationToken) => database.TransactAsync(
        session => session.ExecuteAsync("postpone_notice", ("@pause", StoreTime.FromSpan(pause)), ("@key", notice.Key)), cancellationToken);

    public Task RemoveAsync(Notice notice, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async session =>
            {
                await session.ExecuteAsync("remove_notice", ("@key", notice.Key));
                return await session.ExecuteAsync("delete_job", ("@job", notice.Job));
            },
            cancellationToken);

    public Task<Job?> JobOfAsync(Notice notice, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.FindAsync("noticed_job", Rows.Job, ("@job", notice.Job)), cancellationToken);

    public Task<(string Id, TimeSpan Age)?> OldestEndedAsync(CancellationToken cancellationToken) => database.ReadAsync(
        session => session.FindAsync("oldest_ended", row => ((string, TimeSpan)?)(row.GetString(0), StoreTime.ToSpan(row.GetInt64(1)))), cancellationToken);

    public Task<long> AllBytesAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(async session => await session.ScalarAsync("all_bytes") ?? 0, cancellationToken);
}
