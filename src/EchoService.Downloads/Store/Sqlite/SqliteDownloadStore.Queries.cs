using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store.Sqlite;

internal sealed partial class SqliteDownloadStore
{
    public Task<Job?> FindJobAsync(string id, CancellationToken cancellationToken) => Task.FromResult(FindJob(id));

    /// <summary>As <see cref="FindJobAsync(string, CancellationToken)"/>, for who has this store and nothing to wait for.</summary>
    public Job? FindJob(string id) => _database.Read(session => session.Query("job", Rows.Job, ("@id", id)).FirstOrDefault());

    public Task<Page<Job>> ListJobsAsync(string? owner, JobState? state, long? before, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(ListJobs(owner, state, before, limit));

    public Page<Job> ListJobs(string? owner, JobState? state, long? before, int limit)
    {
        var rows = _database.Read(session => (owner, state) switch
        {
            (not null, _) => session.Query(
                "jobs_of", Rows.Job, ("@owner", owner), ("@state", (int?)state), ("@before", before ?? long.MaxValue), ("@limit", limit + 1)),
            (_, null) => session.Query("jobs", Rows.Job, ("@before", before ?? long.MaxValue), ("@limit", limit + 1)),
            _ => session.Query("jobs_in_state", Rows.Job, ("@state", (int)state), ("@before", before ?? long.MaxValue), ("@limit", limit + 1)),
        });
        return Page<Job>.Cut(rows, limit, job => job.Key);
    }

    public Task<long> CountQueuedAsync(string? owner, CancellationToken cancellationToken) =>
        _database.ReadAsync(session => session.Scalar("queued_of", ("@owner", owner)) ?? 0);

    public Task<long> CountBytesAsync(string? owner, CancellationToken cancellationToken) =>
        _database.ReadAsync(session => session.Scalar("bytes_of", ("@owner", owner)) ?? 0);

    public Task<Item?> FindItemAsync(long job, int number, CancellationToken cancellationToken) =>
        _database.ReadAsync(session => session.Query("item", Rows.Item, ("@job", job), ("@n", number)).FirstOrDefault());

    public Task<Page<Item>> ListItemsAsync(
        long job, ItemState? state, ErrorCode? errorCode, long? after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(ListItems(job, state, errorCode, after, limit));

    public Page<Item> ListItems(long job, ItemState? state, ErrorCode? errorCode, long? after, int limit)
    {
        var rows = _database.Read(session => (state, errorCode) switch
        {
            (null, null) => session.Query("items", Rows.Item, ("@job", job), ("@after", after ?? 0), ("@limit", limit + 1)),
            (null or ItemState.Failed, { } code) => session.Query(
                "items_failed_with", Rows.Item, ("@job", job), ("@error_code", (int)code), ("@after", after ?? 0), ("@limit", limit + 1)),
            (not null, not null) => [],
            (ItemState.Running, _) => session.Query("items_under_way", Rows.Item, ("@job", job), ("@after", after ?? 0), ("@limit", limit + 1)),
            // Where most items are queued the next ones are near; where few are, their index is short.
            (ItemState.Queued, _) => session.Query(
                session.Scalar("queued_share", ("@job", job)) > 0 ? "items_queued" : "items_queued_few",
                Rows.Item, ("@job", job), ("@after", after ?? 0), ("@limit", limit + 1)),
            _ => session.Query(
                "items_ended", Rows.Item, ("@job", job), ("@state", (int)state), ("@after", after ?? 0), ("@limit", limit + 1)),
        });
        return Page<Item>.Cut(rows, limit, item => item.Number);
    }
}
