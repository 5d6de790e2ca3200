using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store.Postgres;

/// <summary>How a transaction changes the counters of jobs; written at its end, since everybody's transactions meet in these rows.</summary>
internal sealed class JobDeltas
{
    private readonly Dictionary<long, Delta> _jobs = [];

    public Delta Of(long job)
    {
        if (!_jobs.TryGetValue(job, out var delta))
        {
            _jobs.Add(job, delta = new Delta());
        }

        return delta;
    }

    /// <summary>Returns the ids of the jobs that are complete by this.</summary>
    public async Task<IReadOnlyList<string>> WriteAsync(PostgresSession session, long now)
    {
        if (_jobs.Count == 0)
        {
            return [];
        }

        long[] jobs = [.. _jobs.Keys];
        Delta[] deltas = [.. _jobs.Values];
        await session.QueryAsync("lock_jobs", row => row.GetInt64(0), ("@jobs", jobs));
        await session.ExecuteAsync(
            "count_jobs",
            ("@jobs", jobs),
            ("@queued", deltas.Select(delta => delta.Queued).ToArray()),
            ("@running", deltas.Select(delta => delta.Running).ToArray()),
            ("@done", deltas.Select(delta => delta.Done).ToArray()),
            ("@failed", deltas.Select(delta => delta.Failed).ToArray()),
            ("@skipped", deltas.Select(delta => delta.Skipped).ToArray()),
            ("@bytes", deltas.Select(delta => delta.Bytes).ToArray()));
        return await session.QueryAsync("complete", row => row.GetString(0), ("@now", now), ("@jobs", jobs));
    }

    public sealed class Delta
    {
        public int Queued { get; private set; }

        public int Running { get; private set; }

        public int Done { get; private set; }

        public int Failed { get; private set; }

        public int Skipped { get; private set; }

        public long Bytes { get; private set; }

        public void Placed(long bytes)
        {
            Running--;
            Done++;
            Bytes += bytes;
        }

        public void Ended(ItemState state)
        {
            Running--;
            Failed += state == ItemState.Failed ? 1 : 0;
            Skipped += state == ItemState.Skipped ? 1 : 0;
        }

        public void Requeued()
        {
            Running--;
            Queued++;
        }

        /// <summary>Another item took the name of one that was done, or about to be.</summary>
        public void Overwritten(ItemState before, long bytes)
        {
            Skipped++;
            Done -= before == ItemState.Done ? 1 : 0;
            Running -= before == ItemState.Committed ? 1 : 0;
            Bytes -= before == ItemState.Done ? bytes : 0;
        }
    }
}
