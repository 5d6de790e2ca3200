using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store.Sqlite;

/// <summary>How a job is stopped and removed: its state first, in one small transaction; its many rows after it, in batches.</summary>
internal sealed partial class SqliteDownloadStore
{
    public Task<(ControlResult Result, Job? Job)> BeginCancelAsync(string id, CancellationToken cancellationToken) =>
        StopAsync(id, JobState.Cancelled, job => !job.Ended, cancellationToken);

    public async Task<(ControlResult Result, Job? Job)> SwitchAsync(string id, JobState from, JobState to, CancellationToken cancellationToken) =>
        await _database.WriteAsync<(ControlResult, Job?)>(
            session =>
            {
                if (session.Query("job", Rows.Job, ("@id", id)).FirstOrDefault() is not { } job)
                {
                    return (ControlResult.NotFound, null);
                }

                if (job.State != from)
                {
                    return (ControlResult.Conflict, job);
                }

                session.Execute("switch_state", ("@state", (int)to), ("@job", job.Key));
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
                removed = await _database.WriteRelaxedAsync(
                    session => session.Execute(statement, ("@job", job), ("@batch", IDownloadStore.RowsAtOnce)), cancellationToken);
            }
            while (removed > 0);
        }
    }

    public Task ForgetAsync(long job, string id, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            session =>
            {
                session.Execute("empty_queues", ("@job", job));
                session.Execute("forget_request", ("@id", id));
                session.Execute("note_removed", ("@job", job));
                return session.Execute("delete_job", ("@job", job));
            },
            cancellationToken);

    public Task<IReadOnlyList<(long Key, string Id, JobState State)>> UnfinishedStopsAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<(long Key, string Id, JobState State)>>(session => session.Query("unfinished_stops", row => (row.GetInt64(0), row.GetString(1), (JobState)row.GetInt32(2))));

    public async Task CancelQueuedAsync(long job, CancellationToken cancellationToken)
    {
        int cancelled;
        do
        {
            cancelled = await _database.WriteRelaxedAsync(
                session =>
                {
                    var n = session.Execute("cancel_queued", ("@now", Now), ("@job", job), ("@batch", IDownloadStore.RowsAtOnce));
                    session.Execute("count_cancelled_queued", ("@n", n), ("@job", job));
                    return n;
                },
                cancellationToken);
        }
        while (cancelled > 0);
        await _database.WriteAsync(session => session.Execute("empty_queues", ("@job", job)), cancellationToken);
    }

    private async Task<(ControlResult Result, Job? Job)> StopAsync(
        string id, JobState state, Func<Job, bool> allowed, CancellationToken cancellationToken) =>
        await _database.WriteAsync<(ControlResult, Job?)>(
            session =>
            {
                if (session.Query("job", Rows.Job, ("@id", id)).FirstOrDefault() is not { } job)
                {
                    return (ControlResult.NotFound, null);
                }

                if (!allowed(job))
                {
                    return (ControlResult.Conflict, job);
                }

                var now = Now;
                if (state == JobState.Deleting)
                {
                    session.Execute("begin_delete", ("@now", now), ("@job", job.Key));
                }
                else
                {
                    session.Execute("set_state", ("@state", (int)state), ("@finished_at", now), ("@job", job.Key));
                }

                var running = session.Execute("cancel_running", ("@now", now), ("@job", job.Key));
                session.Execute("count_cancelled_running", ("@n", running), ("@job", job.Key));
                return (ControlResult.Done, job);
            },
            cancellationToken);
}
