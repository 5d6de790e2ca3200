namespace EchoService.Downloads.Store.Postgres;

/// <summary>
/// Jobs, items, lanes and names in PostgreSQL, shared by any number of nodes that know nothing of each other. Its clock is the database's.
/// Locks are taken in one order everywhere: claims, items, queues, names, hosts, jobs.
/// </summary>
internal sealed partial class PostgresDownloadStore(PostgresDatabase database, TimeProvider time) : IDownloadStore, IAsyncDisposable, IDisposable
{
    /// <summary>A list of which nothing has come for so long is taken for one whose node is dead: what comes slowly is written each minute.</summary>
    private static readonly TimeSpan s_listPatience = TimeSpan.FromHours(1);

    public bool IsShared => true;

    public Task PrepareAsync(CancellationToken cancellationToken) => database.MigrateAsync(cancellationToken);

    public async Task<IReadOnlyList<Placement>> RecoverAsync(TimeSpan lease, CancellationToken cancellationToken)
    {
        var now = await database.TransactAsync(
            async session =>
            {
                var now = await session.LockClaimsAsync();
                await EndExpiredLanesAsync(session, now);
                return now;
            },
            cancellationToken);
        var before = now - StoreTime.FromSpan(s_listPatience);
        foreach (var job in await database.ReadAsync(session => session.QueryAsync("received_jobs", row => row.GetInt64(0), ("@before", before)), cancellationToken))
        {
            await DiscardAsync(job, before, cancellationToken);
        }

        return await database.ReadAsync(
            session => session.QueryAsync(
                "unplaced",
                row => new Placement(row.GetString(0), row.GetInt64(1), row.GetInt32(2), row.GetInt64(3), row.GetInt64(4), row.GetString(5), row.GetInt64(6)),
                ("@before", now - StoreTime.FromSpan(lease))),
            cancellationToken);
    }

    public Task ProbeAsync(CancellationToken cancellationToken) => database.TransactAsync(session => session.ExecuteAsync("probe"), cancellationToken);

    public ValueTask DisposeAsync() => database.DisposeAsync();

    public void Dispose() => database.Dispose();

    /// <summary>Lanes that nobody renewed go. In a transaction that has the claims.</summary>
    private static Task<bool> EndExpiredLanesAsync(PostgresSession session, long now) => EndLanesAsync(session, "end_lanes", now, ("@now", now));

    /// <summary>The lanes that the statement takes away; their items are queued again, no attempt used up. Returns whether there were any.</summary>
    private static async Task<bool> EndLanesAsync(PostgresSession session, string statement, long now, (string Name, object? Value) which)
    {
        var ended = await session.QueryAsync(statement, row => (Token: row.GetInt64(0), Job: row.GetInt64(1)), which);
        if (ended.Count == 0)
        {
            return false;
        }

        var requeued = await session.QueryAsync(
            "requeue_abandoned",
            row => (Job: row.GetInt64(0), Queue: row.GetInt64(1), Number: row.GetInt32(2)),
            ("@jobs", ended.Select(lane => lane.Job).Distinct().ToArray()),
            ("@tokens", ended.Select(lane => lane.Token).ToArray()));
        if (requeued.Count == 0)
        {
            return false;
        }

        await session.ExecuteAsync(
            "requeue_abandoned_queues",
            ("@jobs", requeued.Select(queue => queue.Job).ToArray()),
            ("@queues", requeued.Select(queue => queue.Queue).ToArray()),
            ("@numbers", requeued.Select(queue => queue.Number).ToArray()),
            ("@now", now));
        var jobs = requeued.GroupBy(queue => queue.Job).ToList();
        await CountAsync(session, "count_abandoned", now: null, [.. jobs.Select(job => job.Key)], [.. jobs.Select(job => job.Sum(queue => queue.Number))]);
        return true;
    }

    /// <summary>Changes counters of jobs, the last rows of every transaction.</summary>
    private static async Task CountAsync(PostgresSession session, string statement, long? now, long[] jobs, int[] numbers)
    {
        await session.QueryAsync("lock_jobs", row => row.GetInt64(0), ("@jobs", jobs));
        (string, object?)[] parameters = [("@jobs", jobs), ("@numbers", numbers)];
        await session.ExecuteAsync(statement, now is { } time ? [.. parameters, ("@now", time)] : parameters);
    }
}
