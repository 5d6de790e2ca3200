using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store.Postgres;

/// <content>How a job is stopped and removed: its state first, in one small transaction; its many rows after it, in batches.</content>
internal sealed partial class PostgresDownloadStore
{
    public Task<(ControlResult Result, Job? Job)> BeginCancelAsync(string id, CancellationToken cancellationToken) =>
        StopAsync(id, JobState.Cancelled, job => !job.Ended, cancellationToken);

    public Task<(ControlResult Result, Job? Job)> SwitchAsync(string id, JobState from, JobState to, CancellationToken cancellationToken) =>
        database.TransactAsync<(ControlResult, Job?)>(
            async session =>
            {
                if (await session.FindAsync("job", Rows.Job, ("@id", id)) is not { } job)
                {
                    return (ControlResult.NotFound, null);
                }

                if (await session.ScalarAsync("switch_state", ("@state", (int)to), ("@from", (int)from), ("@id", id)) is null)
                {
                    return (ControlResult.Conflict, job);
                }

                await session.WakeAsync();
                return (ControlResult.Done, job);
            },
            cancellationToken);

    public Task<(ControlResult Result, Job? Job)> BeginDeleteAsync(string id, Func<Job, bool> allowed, CancellationToken cancellationToken) =>
        StopAsync(id, JobState.Deleting, allowed, cancellationToken);

    public async Task RemoveRowsAsync(long job, CancellationToken cancellationToken)
    {
        foreach (var statement in (string[])["delete_items", "delete_names"])
        {
            int removed;
            do
            {
                removed = await database.TransactAsync(
                    async session =>
                    {
                        await session.RelaxAsync();
                        return await session.ExecuteAsync(statement, ("@job", job), ("@batch", IDownloadStore.RowsAtOnce));
                    },
                    cancellationToken);
            }
            while (removed > 0);
        }
    }

    public Task ForgetAsync(long job, string id, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async session =>
            {
                await session.LockClaimsAsync();
                await session.ExecuteAsync("empty_queues", ("@job", job));
                await session.ExecuteAsync("forget_request", ("@id", id));
                await session.ExecuteAsync("note_removed", ("@job", job));
                return await session.ExecuteAsync("delete_job", ("@job", job));
            },
            cancellationToken);

    public Task<IReadOnlyList<(long Key, string Id, JobState State)>> UnfinishedStopsAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<(long Key, string Id, JobState State)>>(
            async session => await session.QueryAsync("unfinished_stops", row => (row.GetInt64(0), row.GetString(1), (JobState)row.GetInt32(2))),
            cancellationToken);

    public async Task CancelQueuedAsync(long job, CancellationToken cancellationToken)
    {
        int cancelled;
        do
        {
            cancelled = await database.TransactAsync(
                async session =>
                {
                    await session.RelaxAsync();
                    var n = await session.ExecuteAsync("cancel_queued", ("@job", job), ("@batch", IDownloadStore.RowsAtOnce));
                    await session.ExecuteAsync("count_cancelled_queued", ("@n", n), ("@job", job));
                    return n;
                },
                cancellationToken);
        }
        while (cancelled > 0);
        await database.TransactAsync(
            async session =>
            {
                await session.LockClaimsAsync();
                return await session.ExecuteAsync("empty_queues", ("@job", job));
            },
            cancellationToken);
    }

    private Task<(ControlResult Result, Job? Job)> StopAsync(
        string id, JobState state, Func<Job, bool> allowed, CancellationToken cancellationToken) =>
        database.TransactAsync<(ControlResult, Job?)>(
            async session =>
            {
                var now = await session.LockClaimsAsync();
                while (await session.FindAsync("job", Rows.Job, ("@id", id)) is { } job)
                {
                    if (!allowed(job))
                    {
                        return (ControlResult.Conflict, job);
                    }

                    // Items before the job, as everywhere; a report that ended the job meanwhile lets it be looked at again.
                    var running = await session.ExecuteAsync("cancel_running", ("@now", now), ("@job", job.Key));
                    (string, object?)[] change = [("@from", (int)job.State), ("@running", running), ("@now", now), ("@job", job.Key)];
                    if (await (state == JobState.Deleting
                        ? session.ScalarAsync("begin_delete", change)
                        : session.ScalarAsync("stop_job", [.. change, ("@state", (int)state)])) is not null)
                    {
                        await session.WakeAsync();
                        return (ControlResult.Done, job);
                    }
                }

                return (ControlResult.NotFound, null);
            },
            cancellationToken);
}
