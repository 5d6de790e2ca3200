using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store.Sqlite;

/// <summary>
/// Jobs, items, lanes and names in SQLite. One process owns the data folder, so at start every lane is known to be dead.
/// A state change is one transaction; counters of a job change in the transaction that changes its items.
/// </summary>
internal sealed partial class SqliteDownloadStore(string path, TimeProvider time) : IDownloadStore, IDisposable
{
    /// <summary>A clock that is put right by less than this has not been set back: what waits for a time waits so much longer.</summary>
    private static readonly long s_leap = StoreTime.FromSpan(TimeSpan.FromSeconds(1));

    private readonly SqliteDatabase _database = new(path);

    /// <summary>What <see cref="Present"/> answered last; transactions are one after the other.</summary>
    private long _present;

    public bool IsShared => false;

    private long Now => time.Microseconds();

    /// <summary>The schema was made current when the database was opened.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>There are no other nodes.</summary>
    public Task ListenAsync(Action changed, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<IReadOnlyList<Placement>> RecoverAsync(TimeSpan lease, CancellationToken cancellationToken)
    {
        await _database.WriteAsync(session => Recover(session, Now), cancellationToken);
        foreach (var job in await _database.ReadAsync(session => session.Query("received_jobs", row => row.GetInt64(0))))
        {
            await DiscardAsync(job, cancellationToken);
        }

        return await _database.ReadAsync(session => session.Query(
            "unplaced",
            row => new Placement(row.GetString(0), row.GetInt64(1), row.GetInt32(2), row.GetInt64(3), row.GetInt64(4), row.GetString(5), row.GetInt64(6))));
    }

    public Task<bool> NamesPartAsync(string jobId, int number, long part, CancellationToken cancellationToken) =>
        _database.ReadAsync(session => session.Scalar("names_part", ("@id", jobId), ("@n", number), ("@part", part)) is not null);

    public Task<IReadOnlyList<AttemptState>> AttemptsAsync(IReadOnlyList<Attempt> attempts, CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<AttemptState>>(session =>
            [.. attempts.Select(each => (AttemptState)(session.Scalar("attempt", ("@id", each.JobId), ("@n", each.Number), ("@token", each.Token)) ?? 0))]);

    public Task<long> CountQueuedAsync(CancellationToken cancellationToken) => _database.ReadAsync(session => session.Scalar("totals") ?? 0);

    public Task ProbeAsync(CancellationToken cancellationToken) => _database.ProbeAsync(cancellationToken);

    public void Dispose() => _database.Dispose();

    private static int Recover(SqliteSession session, long now)
    {
        if (session.Scalar("clock_behind", ("@now", now)) is > 0 and { } behind)
        {
            MoveBack(session, now, behind);
        }

        session.Execute("end_all_lanes");
        session.Execute("requeue_abandoned_queues");
        session.Execute("requeue_abandoned_jobs");
        return session.Execute("requeue_abandoned_items");
    }

    /// <summary>The present for a transaction that looks at what is due. Where the clock was set back since the last one, what waits goes back with it.</summary>
    private long Present(SqliteSession session)
    {
        var now = Now;
        if (_present - now > s_leap)
        {
            MoveBack(session, now, _present - now);
        }

        return _present = now;
    }

    /// <summary>The clock was set back: what was due in a minute is due in a minute, and not when the old time comes again.</summary>
    private static void MoveBack(SqliteSession session, long now, long behind)
    {
        foreach (var statement in (ReadOnlySpan<string>)["move_hosts_back", "move_queues_back", "move_items_back", "move_notices_back"])
        {
            session.Execute(statement, ("@now", now), ("@behind", behind));
        }

        session.Execute("move_failures_back", ("@now", now));
        session.Execute("move_turns_back", ("@now", now));
    }
}
