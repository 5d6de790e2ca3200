using EchoService.Downloads.Jobs;
using Microsoft.Data.Sqlite;

namespace EchoService.Downloads.Store.Sqlite;

internal sealed partial class SqliteDownloadStore
{
    public Task<Job?> FindJobAsync(string id, CancellationToken cancellationToken) => Task.FromResult(FindJob(id));

    /// <summary>As <see cref="FindJobAsync(string, CancellationToken)"/>, for who has this store and nothing to wait for.</summary>
    public Job? FindJob(string id) => _database.Read(session => session.Query("job", ReadJob, ("@id", id)).FirstOrDefault());

    public Task<Page<Job>> ListJobsAsync(string? owner, JobState? state, long? before, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(ListJobs(owner, state, before, limit));

    public Page<Job> ListJobs(string? owner, JobState? state, long? before, int limit)
    {
        var rows = _database.Read(session => (owner, state) switch
        {
            (not null, _) => session.Query(
                "jobs_of", ReadJob, ("@owner", owner), ("@state", (int?)state), ("@before", before ?? long.MaxValue), ("@limit", limit + 1)),
            (_, null) => session.Query("jobs", ReadJob, ("@before", before ?? long.MaxValue), ("@limit", limit + 1)),
            _ => session.Query("jobs_in_state", ReadJob, ("@state", (int)state), ("@before", before ?? long.MaxValue), ("@limit", limit + 1)),
        });
        return Page<Job>.Cut(rows, limit, job => job.Key);
    }

    public Task<long> CountQueuedAsync(string? owner, CancellationToken cancellationToken) =>
        _database.ReadAsync(session => session.Scalar("queued_of", ("@owner", owner)) ?? 0);

    public Task<long> CountBytesAsync(string? owner, CancellationToken cancellationToken) =>
        _database.ReadAsync(session => session.Scalar("bytes_of", ("@owner", owner)) ?? 0);

    public Task<Item?> FindItemAsync(long job, int number, CancellationToken cancellationToken) =>
        _database.ReadAsync(session => session.Query("item", ReadItem, ("@job", job), ("@n", number)).FirstOrDefault());

    public Task<Page<Item>> ListItemsAsync(
        long job, ItemState? state, ErrorCode? errorCode, long? after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(ListItems(job, state, errorCode, after, limit));

    public Page<Item> ListItems(long job, ItemState? state, ErrorCode? errorCode, long? after, int limit)
    {
        var rows = _database.Read(session => (state, errorCode) switch
        {
            (null, null) => session.Query("items", ReadItem, ("@job", job), ("@after", after ?? 0), ("@limit", limit + 1)),
            (null or ItemState.Failed, { } code) => session.Query(
                "items_failed_with", ReadItem, ("@job", job), ("@error_code", (int)code), ("@after", after ?? 0), ("@limit", limit + 1)),
            (not null, not null) => [],
            (ItemState.Running, _) => session.Query("items_under_way", ReadItem, ("@job", job), ("@after", after ?? 0), ("@limit", limit + 1)),
            // Where most items are queued the next ones are near; where few are, their index is short.
            (ItemState.Queued, _) => session.Query(
                session.Scalar("queued_share", ("@job", job)) > 0 ? "items_queued" : "items_queued_few",
                ReadItem, ("@job", job), ("@after", after ?? 0), ("@limit", limit + 1)),
            _ => session.Query(
                "items_ended", ReadItem, ("@job", job), ("@state", (int)state), ("@after", after ?? 0), ("@limit", limit + 1)),
        });
        return Page<Item>.Cut(rows, limit, item => item.Number);
    }

    private static Job ReadJob(SqliteDataReader row) => new(
        row.GetInt64(0),
        row.GetString(1),
        (JobState)row.GetInt32(2),
        Parse(row.GetString(3)),
        StoreTime.ToDateTime(row.GetInt64(4)),
        Time(row, 5),
        Time(row, 6),
        row.GetInt32(7),
        new JobCounts(row.GetInt32(8), row.GetInt32(9), row.GetInt32(10), row.GetInt32(11), row.GetInt32(12), row.GetInt32(13)),
        row.GetInt64(14),
        Text(row, 15));

    private static Item ReadItem(SqliteDataReader row) => new(
        row.GetInt32(0),
        row.GetString(1),
        (ItemState)row.GetInt32(2),
        row.GetInt32(3),
        Text(row, 4),
        row.IsDBNull(5) ? null : row.GetInt64(5),
        Text(row, 6),
        Text(row, 7),
        row.IsDBNull(8) ? null : row.GetInt32(8),
        row.IsDBNull(9) ? null : (ErrorCode)row.GetInt32(9),
        Text(row, 10),
        row.IsDBNull(11) ? null : row.GetInt32(11),
        Time(row, 12),
        row.IsDBNull(13) ? null : row.GetInt64(13));

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : StoreTime.ToDateTime(row.GetInt64(column));
}
