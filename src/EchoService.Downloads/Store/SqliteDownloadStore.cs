using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store;

/// <summary>
/// Jobs, items, lanes and names in SQLite. One process owns the data folder, so at start every lane is known to be dead.
/// A state change is one transaction; counters of a job change in the transaction that changes its items.
/// </summary>
internal sealed partial class SqliteDownloadStore(string path, TimeProvider time) : IDisposable
{
    private readonly SqliteDatabase _database = new(path);

    private long Now => time.Microseconds();

    /// <summary>Ends what a former process left: its lanes, the lists that were still coming in. Returns the files that still lack their names.</summary>
    public async Task<IReadOnlyList<Placement>> RecoverAsync(CancellationToken cancellationToken)
    {
        await _database.WriteAsync(Abandon, cancellationToken);
        foreach (var job in _database.Read(session => session.Query("received_jobs", row => row.GetInt64(0))))
        {
            await DiscardAsync(job, cancellationToken);
        }

        return _database.Read(session => session.Query(
            "unplaced",
            row => new Placement(row.GetString(0), row.GetInt64(1), row.GetInt32(2), row.GetInt64(3), row.GetInt64(4), row.GetString(5))));
    }

    /// <summary>Whether a row needs this part: to give it its name, or to go on with it.</summary>
    public bool NamesPart(string jobId, int number, long part) =>
        _database.Read(session => session.Scalar("names_part", ("@id", jobId), ("@n", number), ("@part", part)) is not null);

    /// <summary>Answers when the database does; throws what it throws.</summary>
    public long CountQueued() => _database.Read(session => session.Scalar("totals") ?? 0);

    /// <summary>Writes, durably, what is there already; throws what the database throws.</summary>
    public Task ProbeAsync(CancellationToken cancellationToken) =>
        _database.WriteAsync(
            session =>
            {
                session.Script(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"PRAGMA user_version = {session.Pragma("user_version")}"));
                return true;
            },
            cancellationToken);

    public void Dispose() => _database.Dispose();

    private static int Abandon(SqliteSession session)
    {
        session.Execute("end_all_lanes");
        session.Execute("requeue_abandoned_queues");
        session.Execute("requeue_abandoned_jobs");
        return session.Execute("requeue_abandoned_items");
    }

    private static JobOptions Parse(string options) => JobOptionsJson.Parse(options);
}
