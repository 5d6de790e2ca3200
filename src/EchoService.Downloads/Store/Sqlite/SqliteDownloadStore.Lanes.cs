using EchoService.Downloads.Jobs;
using Microsoft.Data.Sqlite;

namespace EchoService.Downloads.Store.Sqlite;

/// <summary>How lanes are leased: running jobs in turn, within a job the queue that was served longest ago.</summary>
internal sealed partial class SqliteDownloadStore
{
    /// <summary>
    /// Fails some of what is given up, then leases as many lanes as the limits and what is due allow. A restart forgets leases, and finds
    /// again what was given up, so this is not flushed.
    /// </summary>
    public Task<Claim> ClaimAsync(ClaimLimits limits, CancellationToken cancellationToken) =>
        _database.WriteRelaxedAsync(session => ClaimLanes(session, limits), cancellationToken);

    public Task<IReadOnlySet<long>> RenewAsync(IReadOnlyCollection<long> tokens, TimeSpan lease, CancellationToken cancellationToken) =>
        _database.WriteRelaxedAsync<IReadOnlySet<long>>(
            session =>
            {
                var now = Now;
                return tokens.Where(token => session.Execute("renew", ("@expires_at", now + StoreTime.FromSpan(lease)), ("@token", token), ("@now", now)) == 0).ToHashSet();
            },
            cancellationToken);

    /// <summary>There are no other nodes: the engine's own clock keeps the distance.</summary>
    public Task<TimeSpan?> BookStartAsync(long host, TimeSpan interval, TimeSpan patience, CancellationToken cancellationToken) => Task.FromResult<TimeSpan?>(TimeSpan.Zero);

    /// <summary>The next start does it.</summary>
    public Task HandBackAsync(string node, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task KeepPartAsync(Lane lane, int number, KeptPart kept, CancellationToken cancellationToken) =>
        _database.WriteRelaxedAsync(
            session => session.Execute(
                "keep_part",
                ("@etag", kept.ETag), ("@part", kept.Token), ("@part_size", kept.Size), ("@job", lane.Job), ("@n", number), ("@token", lane.Token)),
            cancellationToken);

    private Claim ClaimLanes(SqliteSession session, ClaimLimits limits)
    {
        var lanes = new List<Lane>();
        var started = session.Query("promote", row => row.GetString(0), ("@now", Present(session)));
        var givenUp = FailGivenUp(session, Now);
        var turns = session.Query("turns", row => new Turn(
            row.GetInt64(0), row.GetString(1), JobOptionsJson.Parse(row.GetString(2)), row.GetInt32(3), row.GetInt32(4))
        { Active = row.GetInt32(5) });
        while (turns.Count > 0 && !IsFull(lanes, limits))
        {
            var isOnly = turns.Count == 1;
            turns.RemoveAll(turn => IsFull(lanes, limits) || !ClaimTurn(session, turn, isOnly, limits, lanes));
        }

        var stopped = session.Query("stopped_jobs", row => row.GetInt64(0));
        return new Claim(lanes, session.Scalar("next_due") is { } due ? StoreTime.ToSpan(Math.Max(0, due - Now)) : null, started, stopped, givenUp);
    }

    private static bool IsFull(List<Lane> lanes, ClaimLimits limits) =>
        lanes.Count >= limits.Slots || lanes.Sum(lane => lane.Items.Count) >= ClaimLimits.MaxItems;

    /// <summary>
    /// Leases one lane for the job, or all that it may have at once where neither another job nor another of its hosts waits for a turn. False
    /// when it has none to give now.
    /// </summary>
    private bool ClaimTurn(SqliteSession session, Turn turn, bool isOnly, ClaimLimits limits, List<Lane> lanes)
    {
        if (turn.Concurrency > 0 && turn.Active >= turn.Concurrency)
        {
            return false;
        }

        var now = Now;
        if ((turn.Concurrency == 1 ? FirstInListOrder(session, turn, limits, now) : DueQueue(session, turn, limits, now)) is not { } due)
        {
            return false;
        }

        var most = isOnly && due.IsOnly && limits.StartsPerSecond == 0 ? Room(session, turn, limits, due, lanes.Count) : 1;
        var claimed = Lease(session, turn, limits, due, most, now, lanes);
        if (claimed == 0)
        {
            session.Execute("wait_for_retry", ("@job", turn.Job), ("@queue", due.Queue), ("@otherwise", now + 1_000_000));
            return true;
        }

        session.Execute("take_turn", ("@claimed", claimed), ("@now", now), ("@job", turn.Job), ("@queue", due.Queue));
        session.Execute("serve", ("@now", now), ("@claimed", claimed), ("@job", turn.Job));
        if (limits.StartsPerSecond > 0)
        {
            CloseHost(session, due.Host, now + (long)(claimed * 1_000_000 / limits.StartsPerSecond));
        }

        return true;
    }

    /// <summary>Leases so many lanes at most, each with a batch of the queue. Answers how many items they have; none: nothing of the queue is due.</summary>
    private static int Lease(SqliteSession session, Turn turn, ClaimLimits limits, DueQueue due, int most, long now, List<Lane> lanes)
    {
        var claimed = 0;
        var name = HostName(session, due.Host);
        var found = Claimable(session, turn.Job, due, (int)Math.Min((long)most * limits.Batch(due.Batch(0)), ClaimLimits.MaxItems), now);
        for (var n = 0; n < most && claimed < found.Count; n++)
        {
            var token = session.Scalar(
                "lease", ("@job", turn.Job), ("@queue", due.Queue), ("@host", due.Host), ("@node", limits.Node), ("@expires_at", now + StoreTime.FromSpan(limits.Lease)))!.Value;

            // Lanes that begin together are not to end together: they would wait for the next claim together, and nobody would fetch.
            var batch = limits.Batch(due.Batch(claimed));
            var size = batch - (int)(token % (batch / 2 + 1));
            var items = found.GetRange(claimed, Math.Min(size, found.Count - claimed));
            foreach (var item in items)
            {
                session.Execute("claim_item", ("@token", token), ("@job", turn.Job), ("@n", item.Number));
            }

            claimed += items.Count;
            turn.Active++;
            lanes.Add(new Lane(token, turn.Job, turn.JobId, turn.Options, due.Host, name, items));
        }

        return claimed;
    }

    /// <summary>How many lanes more the job may have at the host.</summary>
    private static int Room(SqliteSession session, Turn turn, ClaimLimits limits, DueQueue due, int leased)
    {
        var atHost = (int)session.Scalar("room", ("@host_limit", limits.PerHost), ("@job_host_limit", PerHost(turn, limits)), ("@job", turn.Job), ("@host", due.Host))!.Value;
        var inJob = turn.Concurrency > 0 ? turn.Concurrency - turn.Active : int.MaxValue;
        return Math.Min(Math.Min(atHost, inJob), limits.Slots - leased);
    }

    /// <summary>The host's next lane comes when this one's items may all have begun.</summary>
    private static void CloseHost(SqliteSession session, long host, long until)
    {
        session.Execute("close_host", ("@until", until), ("@host", host));
        session.Execute("rest_queues", ("@until", until), ("@host", host));
    }

    private static int PerHost(Turn turn, ClaimLimits limits) => Math.Min(limits.PerHost, turn.PerHost > 0 ? turn.PerHost : int.MaxValue);

    private static DueQueue? DueQueue(SqliteSession session, Turn turn, ClaimLimits limits, long now)
    {
        var perHost = PerHost(turn, limits);
        var room = Math.Min(perHost, turn.Concurrency > 0 ? turn.Concurrency : int.MaxValue);
        var due = session.Query(
            "due_queues",
            row => new DueQueue(row.GetInt64(0), row.GetInt64(1), row.GetInt32(2), room),
            ("@job", turn.Job), ("@now", now), ("@host_limit", limits.PerHost), ("@job_host_limit", perHost));
        return due.Count == 0 ? null : due[0] with { IsOnly = due.Count == 1 };
    }

    private static DueQueue? FirstInListOrder(SqliteSession session, Turn turn, ClaimLimits limits, long now)
    {
        var (host, restUntil, lanes) = session.Query(
            "first_in_list_order",
            row => (row.GetInt64(0), row.GetInt64(1), row.GetInt32(3)),
            ("@job", turn.Job), ("@now", now)).FirstOrDefault();
        if (restUntil > now)
        {
            session.Execute("wait_until", ("@due_at", restUntil), ("@job", turn.Job), ("@queue", 0L));
        }

        return host == 0 || restUntil > now || lanes >= limits.PerHost ? null : new DueQueue(0, host, int.MaxValue, 1);
    }

    private static List<LaneItem> Claimable(SqliteSession session, long job, DueQueue due, int most, long now)
    {
        var rows = session.Query(
            "claimable_items",
            row => (
                Item: new LaneItem(row.GetInt32(0), row.GetString(1), row.GetInt32(2), JobOptionsJson.ParseItem(Rows.Text(row, 4)), ReadKept(row, 5)),
                Host: row.GetInt64(3)),
            ("@job", job), ("@queue", due.Queue), ("@now", now), ("@batch", most));
        return [.. rows.TakeWhile(row => row.Host == due.Host).Select(row => row.Item)];
    }

    private static KeptPart? ReadKept(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : new KeptPart(row.GetString(column), row.GetInt64(column + 1), row.GetInt64(column + 2));

    private static string HostName(SqliteSession session, long host) =>
        session.Query("host_name", row => row.GetString(0), ("@host", host)).Single();

    private sealed record Turn(long Job, string JobId, JobOptions Options, int Concurrency, int PerHost)
    {
        public int Active { get; set; }
    }
}

/// <param name="Queue">The host's key, or 0 for a job in list order.</param>
/// <param name="Queued">Items that wait in it.</param>
/// <param name="Room">Lanes that may work on it at once.</param>
internal sealed record DueQueue(long Queue, long Host, int Queued, int Room)
{
    /// <summary>No other queue of the job is due.</summary>
    public bool IsOnly { get; init; }

    /// <summary>How many items a lane takes, once <paramref name="claimed"/> of the queue are. At its end batches shrink, so that no lane holds what others could fetch meanwhile.</summary>
    public int Batch(int claimed) => (int)Math.Clamp((Queued - claimed) / (2L * Room), 1, ClaimLimits.MaxBatch);
}
