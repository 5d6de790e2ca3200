using EchoService.Downloads.Jobs;
using EchoService.Downloads.Naming;

namespace EchoService.Downloads.Store.Sqlite;

/// <summary>One transaction's reports, with the counters that they change.</summary>
internal sealed class ReportTransaction(SqliteSession session, long now)
{
    /// <summary>Transport failures in a row before a host rests; DESIGN, Politeness.</summary>
    private const int FailuresBeforeRest = 5;

    private readonly Dictionary<long, Delta> _deltas = [];
    private readonly HashSet<long> _answered = [];

    public ReportResult Apply(ItemReport report)
    {
        Note(report);
        if (session.Scalar("holds", ("@job", report.Lane.Job), ("@n", report.Number), ("@token", report.Lane.Token)) is not { } queue)
        {
            return new ReportResult(false);
        }

        return report.Outcome switch
        {
            Outcome.Saved => Save(report),
            Outcome.Failed => End(report, ItemState.Failed, report.Error!.Code, report.Error.Message, report.Error.HttpStatus),
            _ => Requeue(report, queue),
        };
    }

    public bool Place(Placement placement)
    {
        if (session.Scalar("place_item", ("@job", placement.Job), ("@n", placement.Number), ("@token", placement.Token)) is not { } size)
        {
            return false;
        }

        var delta = DeltaOf(placement.Job);
        delta.Running--;
        delta.Done++;
        delta.Bytes += size;
        return true;
    }

    /// <summary>Writes the counters. Returns the ids of the jobs that are complete by this.</summary>
    public IReadOnlyList<string> Finish()
    {
        foreach (var host in _answered)
        {
            session.Execute("host_answered", ("@host", host));
        }

        var completed = new List<string>();

        foreach (var (job, delta) in _deltas)
        {
            session.Execute(
                "count_job",
                ("@queued", delta.Queued), ("@running", delta.Running), ("@done", delta.Done),
                ("@failed", delta.Failed), ("@skipped", delta.Skipped), ("@bytes", delta.Bytes), ("@job", job));
            completed.AddRange(session.Query("complete", row => row.GetString(0), ("@now", now), ("@job", job)));
        }

        return completed;
    }

    private ReportResult Save(ItemReport report)
    {
        var file = report.File!;
        if (Reserve(report, file) is not { } name)
        {
            return file.OnConflict == OnConflict.Skip
                ? End(report, ItemState.Skipped, null, $"The name '{file.Name}' is taken.", file.HttpStatus)
                : End(report, ItemState.Failed, ErrorCode.NameConflict, $"The name '{file.Name}' is taken.", file.HttpStatus);
        }

        session.Execute(
            "commit_item",
            ("@file_name", name), ("@part", file.Part ?? report.Lane.Token), ("@size", file.Size), ("@sha256", file.Sha256), ("@content_type", file.ContentType),
            ("@http_status", file.HttpStatus), ("@now", now), ("@job", report.Lane.Job), ("@n", report.Number));
        return new ReportResult(true, new Placement(report.Lane.JobId, report.Lane.Job, report.Number, report.Lane.Token, file.Part ?? report.Lane.Token, name), ItemState.Done);
    }

    /// <summary>Takes the wished name, or by the job's rule another one; null: the rule is to give up.</summary>
    private string? Reserve(ItemReport report, SavedFile file)
    {
        var key = FileName.Key(file.Name);
        if (Take(report, key))
        {
            return file.Name;
        }

        switch (file.OnConflict)
        {
            case OnConflict.Overwrite:
                Overwrite(report, key);
                return file.Name;
            case OnConflict.Rename:
                while (true)
                {
                    var copy = session.Scalar("next_copy", ("@job", report.Lane.Job), ("@name", key))!.Value;
                    var name = FileName.WithSuffix(file.Name, (int)copy);
                    if (Take(report, FileName.Key(name)))
                    {
                        return name;
                    }
                }

            default:
                return null;
        }
    }

    private bool Take(ItemReport report, string key) =>
        session.Execute("take_name", ("@job", report.Lane.Job), ("@name", key), ("@n", report.Number)) > 0;

    /// <summary>The name passes to this item; the one that had it is skipped, so that no two items name one file.</summary>
    private void Overwrite(ItemReport report, string key)
    {
        var job = report.Lane.Job;
        var owner = session.Scalar("name_owner", ("@job", job), ("@name", key))!.Value;
        session.Execute("pass_name", ("@n", report.Number), ("@job", job), ("@name", key));
        foreach (var state in (ReadOnlySpan<ItemState>)[ItemState.Done, ItemState.Committed])
        {
            var size = session.Scalar("size_of", ("@job", job), ("@n", owner), ("@state", (int)state));
            if (session.Execute("overwritten", ("@error", $"Overwritten by line {report.Number}."), ("@job", job), ("@n", owner), ("@state", (int)state)) > 0)
            {
                var delta = DeltaOf(job);
                delta.Skipped++;
                delta.Done -= state == ItemState.Done ? 1 : 0;
                delta.Running -= state == ItemState.Committed ? 1 : 0;
                delta.Bytes -= state == ItemState.Done ? size ?? 0 : 0;
            }
        }
    }

    private ReportResult End(ItemReport report, ItemState state, ErrorCode? code, string? error, int? httpStatus)
    {
        session.Execute(
            "end_item",
            ("@state", (int)state), ("@http_status", httpStatus), ("@error_code", (int?)code), ("@error", error), ("@now", now),
            ("@etag", report.Kept?.ETag), ("@part", report.Kept?.Token), ("@part_size", report.Kept?.Size),
            ("@job", report.Lane.Job), ("@n", report.Number));
        var delta = DeltaOf(report.Lane.Job);
        delta.Running--;
        delta.Failed += state == ItemState.Failed ? 1 : 0;
        delta.Skipped += state == ItemState.Skipped ? 1 : 0;
        return new ReportResult(true, null, state, code);
    }

    private ReportResult Requeue(ItemReport report, long queue)
    {
        // What was handed back untried keeps its place.
        var dueAt = report.Outcome == Outcome.Retried ? now + StoreTime.FromSpan(report.Pause) : 0;

        // In list order the whole queue waits for the item; elsewhere the item alone does.
        session.Execute(
            "requeue_item",
            ("@attempt", report.Outcome == Outcome.Retried ? 1 : 0), ("@due_at", queue == 0 ? 0 : dueAt),
            ("@http_status", report.Error?.HttpStatus), ("@error_code", (int?)report.Error?.Code), ("@error", report.Error?.Message),
            ("@etag", report.Kept?.ETag), ("@part", report.Kept?.Token), ("@part_size", report.Kept?.Size),
            ("@job", report.Lane.Job), ("@n", report.Number));
        if (queue == 0)
        {
            session.Execute("requeue_in_list_order", ("@due_at", dueAt), ("@job", report.Lane.Job));
        }
        else
        {
            session.Execute("requeue_in_queue", ("@due_at", Math.Max(dueAt, now)), ("@job", report.Lane.Job), ("@queue", queue));
        }

        var delta = DeltaOf(report.Lane.Job);
        delta.Running--;
        delta.Queued++;
        return new ReportResult(true);
    }

    /// <summary>What the report says of its host: that it answers, that it fails, or that it wants to be left alone.</summary>
    private void Note(ItemReport report)
    {
        if (report.Outcome == Outcome.Released)
        {
            return;
        }

        if (report.Error is not { Transport: true })
        {
            _answered.Add(report.Lane.Host);
        }
        else if (session.Scalar(
            "host_failed",
            ("@limit", FailuresBeforeRest), ("@now", now), ("@longest", 60_000_000L), ("@rest", 1_000_000L), ("@host", report.Lane.Host)) is { } until)
        {
            _answered.Remove(report.Lane.Host);
            RestQueues(report.Lane.Host, until);
        }

        if (report.Error?.RetryAfter is { } pause)
        {
            var until = now + StoreTime.FromSpan(pause);
            session.Execute("rest_host", ("@until", until), ("@host", report.Lane.Host));
            RestQueues(report.Lane.Host, until);
        }
    }

    private void RestQueues(long host, long until)
    {
        if (until > now)
        {
            session.Execute("rest_queues", ("@until", until), ("@host", host));
        }
    }

    private Delta DeltaOf(long job)
    {
        if (!_deltas.TryGetValue(job, out var delta))
        {
            _deltas.Add(job, delta = new Delta());
        }

        return delta;
    }

    private sealed class Delta
    {
        public int Queued { get; set; }

        public int Running { get; set; }

        public int Done { get; set; }

        public int Failed { get; set; }

        public int Skipped { get; set; }

        public long Bytes { get; set; }
    }
}
