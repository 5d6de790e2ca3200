using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store.Postgres;

/// <content>What is read of jobs and items.</content>
internal sealed partial class PostgresDownloadStore
{
    public Task<Job?> FindJobAsync(string id, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.FindAsync("job", Rows.Job, ("@id", id)), cancellationToken);

    public async Task<Page<Job>> ListJobsAsync(string? owner, JobState? state, long? before, int limit, CancellationToken cancellationToken)
    {
        (string, object?)[] page = [("@before", before ?? long.MaxValue), ("@limit", limit + 1)];
        var rows = await database.ReadAsync(
            session => (owner, state) switch
            {
                (not null, _) => session.QueryAsync("jobs_of", Rows.Job, [.. page, ("@owner", owner), ("@state", (int?)state)]),
                (_, null) => session.QueryAsync("jobs", Rows.Job, page),
                _ => session.QueryAsync("jobs_in_state", Rows.Job, [.. page, ("@state", (int)state)]),
            },
            cancellationToken);
        return Page<Job>.Cut(rows, limit, job => job.Key);
    }

    public Task<Item?> FindItemAsync(long job, int number, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.FindAsync("item", Rows.Item, ("@job", job), ("@n", number)), cancellationToken);

    public async Task<Page<Item>> ListItemsAsync(
        long job, ItemState? state, ErrorCode? errorCode, long? after, int limit, CancellationToken cancellationToken)
    {
        if (state is not (null or ItemState.Failed) && errorCode is not null)
        {
            return new Page<Item>([], null);
        }

        (string, object?)[] page = [("@job", job), ("@after", after ?? 0), ("@limit", limit + 1)];
        var rows = await database.ReadAsync(
            async session => await ((state, errorCode) switch
            {
                (_, { } code) => session.QueryAsync("items_failed_with", Rows.Item, [.. page, ("@error_code", (int)code)]),
                (null, _) => session.QueryAsync("items", Rows.Item, page),
                (ItemState.Running, _) => session.QueryAsync("items_under_way", Rows.Item, page),

                // Where most items are queued the next ones are near; where few are, their index is short.
                (ItemState.Queued, _) => session.QueryAsync(
                    await session.ScalarAsync("queued_share", ("@job", job)) > 0 ? "items_queued" : "items_queued_few", Rows.Item, page),
                _ => session.QueryAsync("items_ended", Rows.Item, [.. page, ("@state", (int)state)]),
            }),
            cancellationToken);
        return Page<Item>.Cut(rows, limit, item => item.Number);
    }

    public Task<(Job? Job, IReadOnlyList<Item> Items)> WatchAsync(string id, IReadOnlyCollection<int> numbers, CancellationToken cancellationToken) =>
        database.ReadAsync<(Job?, IReadOnlyList<Item>)>(
            async session =>
            {
                if (await session.FindAsync("job", Rows.Job, ("@id", id)) is not { } job)
                {
                    return (null, []);
                }

                return (job, numbers.Count == 0
                    ? []
                    : await session.QueryAsync("items_numbered", Rows.Item, ("@job", job.Key), ("@numbers", numbers.ToArray())));
            },
            cancellationToken);

    public Task<long> CountQueuedAsync(string? owner, CancellationToken cancellationToken) =>
        database.ReadAsync(async session => await session.ScalarAsync("queued_of", ("@owner", owner)) ?? 0, cancellationToken);

    public Task<long> CountBytesAsync(string? owner, CancellationToken cancellationToken) =>
        database.ReadAsync(async session => await session.ScalarAsync("bytes_of", ("@owner", owner)) ?? 0, cancellationToken);

    public Task<long> CountQueuedAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(async session => await session.ScalarAsync("totals") ?? 0, cancellationToken);
}
