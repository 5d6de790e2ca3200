namespace EchoService.Downloads.Store.Sqlite;

/// <summary>What one transaction changes in the counters of jobs: gathered, then written once a job.</summary>
internal sealed class JobCounters(SqliteSession session, long now)
{
    private readonly Dictionary<long, Change> _changes = [];

    public Change Of(long job)
    {
        if (!_changes.TryGetValue(job, out var change))
        {
            _changes.Add(job, change = new Change());
        }

        return change;
    }

    /// <summary>Returns the ids of the jobs that are complete by this.</summary>
    public IReadOnlyList<string> Write()
    {
        var completed = new List<string>();
        foreach (var (job, change) in _changes)
        {
            session.Execute(
                "count_job",
                ("@queued", change.Queued), ("@running", change.Running), ("@done", change.Done),
                ("@failed", change.Failed), ("@skipped", change.Skipped), ("@bytes", change.Bytes), ("@job", job));
            completed.AddRange(session.Query("complete", row => row.GetString(0), ("@now", now), ("@job", job)));
        }

        return completed;
    }

    internal sealed class Change
    {
        public int Queued { get; set; }

        public int Running { get; set; }

        public int Done { get; set; }

        public int Failed { get; set; }

        public int Skipped { get; set; }

        public long Bytes { get; set; }
    }
}
