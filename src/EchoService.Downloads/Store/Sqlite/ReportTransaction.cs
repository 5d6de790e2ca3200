using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store.Sqlite;

/// <summary>One transaction's reports: what becomes of each item, in the order in which they came.</summary>
internal sealed class ReportTransaction
{
    private readonly SqliteSession _session;
    private readonly long _now;
    private readonly JobCounters _counters;
    private readonly NameReservations _names;
    private readonly HostConduct _hosts;

    public ReportTransaction(SqliteSession session, long now, int maxRests)
    {
        (_session, _now) = (session, now);
        _counters = new JobCounters(session, now);
        _names = new NameReservations(session, _counters);
        _hosts = new HostConduct(session, now, maxRests);
    }

    public ReportResult Apply(ItemReport report)
    {
        _hosts.Note(report);
        if (report.Outcome == Outcome.Saved && _names.TryTake(report, report.File!.Name))
        {
            // The usual case in two statements: what its lane no longer holds is not changed, and has taken the name in vain.
            if (SaveAs(report, report.File.Name) is { } saved)
            {
                return saved;
            }

            _names.GiveBack(report.Lane.Job, report.File.Name);
            return new ReportResult(false);
        }

        if (_session.Scalar("holds", ("@job", report.Lane.Job), ("@n", report.Number), ("@token", report.Lane.Token)) is not { } queue)
        {
            return new ReportResult(false);
        }

        return report.Outcome switch
        {
            Outcome.Saved => SaveAsAnother(report),
            Outcome.Failed => End(report, ItemState.Failed, report.Error!.Code, report.Error.Message, report.Error.HttpStatus),
            _ => Requeue(report, queue),
        };
    }

    public bool Place(Placement placement)
    {
        if (_session.Execute("place_item", ("@job", placement.Job), ("@n", placement.Number), ("@token", placement.Token)) == 0)
        {
            // What was placed before is in place all the same. A name that another item has taken over is that one's: its file stays.
            return _session.Scalar("stays", ("@job", placement.Job), ("@n", placement.Number), ("@token", placement.Token)) is not null;
        }

        var change = _counters.Of(placement.Job);
        change.Running--;
        change.Done++;
        change.Bytes += placement.Size;
        return true;
    }

    /// <summary>Writes what was gathered. Returns the ids of the jobs that are complete by this.</summary>
    public IReadOnlyList<string> Finish()
    {
        _hosts.Write();
        return _counters.Write();
    }

    /// <summary>The name that it wished for is taken.</summary>
    private ReportResult SaveAsAnother(ItemReport report)
    {
        var file = report.File!;
        if (_names.TakeAnother(report, file) is not { } name)
        {
            return file.OnConflict == OnConflict.Skip
                ? End(report, ItemState.Skipped, null, $"The name '{file.Name}' is taken.", file.HttpStatus)
                : End(report, ItemState.Failed, ErrorCode.NameConflict, $"The name '{file.Name}' is taken.", file.HttpStatus);
        }

        return SaveAs(report, name)!;
    }

    /// <summary>Null: its lane does not hold it.</summary>
    /// <param name="name">Taken for it.</param>
    private ReportResult? SaveAs(ItemReport report, string name)
    {
        var file = report.File!;
        var part = file.Part ?? report.Lane.Token;
        var saved = _session.Execute(
            "commit_item",
            ("@file_name", name), ("@part", part), ("@size", file.Size), ("@sha256", file.Sha256), ("@content_type", file.ContentType),
            ("@http_status", file.HttpStatus), ("@now", _now), ("@job", report.Lane.Job), ("@n", report.Number), ("@token", report.Lane.Token));
        return saved == 0
            ? null
            : new ReportResult(true, new Placement(report.Lane.JobId, report.Lane.Job, report.Number, report.Lane.Token, part, name, file.Size), ItemState.Done);
    }

    private ReportResult End(ItemReport report, ItemState state, ErrorCode? code, string? error, int? httpStatus)
    {
        _session.Execute(
            "end_item",
            ("@state", (int)state), ("@http_status", httpStatus), ("@error_code", (int?)code), ("@error", error), ("@now", _now),
            ("@etag", report.Kept?.ETag), ("@part", report.Kept?.Token), ("@part_size", report.Kept?.Size),
            ("@job", report.Lane.Job), ("@n", report.Number));
        var change = _counters.Of(report.Lane.Job);
        change.Running--;
        change.Failed += state == ItemState.Failed ? 1 : 0;
        change.Skipped += state == ItemState.Skipped ? 1 : 0;
        return new ReportResult(true, null, state, code);
    }

    private ReportResult Requeue(ItemReport report, long queue)
    {
        // What was handed back untried keeps its place.
        var dueAt = report.Outcome == Outcome.Retried ? _now + StoreTime.FromSpan(report.Pause) : 0;

        // In list order the whole queue waits for the item; elsewhere the item alone does.
        _session.Execute(
            "requeue_item",
            ("@attempt", report.Outcome == Outcome.Retried ? 1 : 0), ("@due_at", queue == 0 ? 0 : dueAt),
            ("@http_status", report.Error?.HttpStatus), ("@error_code", (int?)report.Error?.Code), ("@error", report.Error?.Message),
            ("@etag", report.Kept?.ETag), ("@part", report.Kept?.Token), ("@part_size", report.Kept?.Size),
            ("@job", report.Lane.Job), ("@n", report.Number));
        if (queue == 0)
        {
            _session.Execute("requeue_in_list_order", ("@due_at", dueAt), ("@job", report.Lane.Job));
        }
        else
        {
            _session.Execute("requeue_in_queue", ("@due_at", Math.Max(dueAt, _now)), ("@job", report.Lane.Job), ("@queue", queue));
        }

        _session.Execute("fail_again", ("@job", report.Lane.Job), ("@host", report.Lane.Host));
        var change = _counters.Of(report.Lane.Job);
        change.Running--;
        change.Queued++;
        return new ReportResult(true);
    }
}
