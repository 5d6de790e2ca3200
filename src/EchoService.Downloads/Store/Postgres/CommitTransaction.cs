using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store.Postgres;

/// <summary>One batch's transaction: a few statements for all of its reports, in the order in which rows are locked everywhere.</summary>
internal sealed class CommitTransaction(PostgresSession session, CommitBatch batch)
{
    private readonly JobDeltas _deltas = new();
    private readonly ReportResult[] _results = new ReportResult[batch.Reports.Count];
    private readonly List<HeldItem> _saved = [];
    private readonly List<EndedItem> _ended = [];
    private readonly List<HeldItem> _requeued = [];

    public async Task<CommitResult> RunAsync()
    {
        // Queues and hosts change only under the claims' lock. Most batches change neither.
        var now = batch.Reports.Any(report => report.Outcome is Outcome.Retried or Outcome.Released || report.Error is { Transport: true } or { RetryAfter: not null })
            ? await session.LockClaimsAsync()
            : await session.NowAsync();
        var lost = await PlaceAsync();
        await HoldAsync();
        await new ReservedNames(session, _deltas, now).SaveAsync(_saved, _ended, _results);
        await EndAsync(now);
        await new RequeuedItems(session, now).WriteAsync(_requeued, _results, _deltas);
        await new HostConduct(session, now, batch.MaxRests).WriteAsync(batch.Reports);
        if (batch.EndedLanes.Count > 0)
        {
            await session.ExecuteAsync("unlease", ("@tokens", batch.EndedLanes.ToArray()));
        }

        var completed = await _deltas.WriteAsync(session, now);
        if (_requeued.Count > 0)
        {
            await session.WakeAsync();
        }

        return new CommitResult(_results, lost, completed);
    }

    /// <summary>Notes files that are in place. Returns those whose items are gone.</summary>
    private async Task<IReadOnlyList<Placement>> PlaceAsync()
    {
        if (batch.Placed.Count == 0)
        {
            return [];
        }

        var found = new HashSet<int>();
        foreach (var (index, isNew) in await session.QueryAsync(
            "place_items",
            row => ((int)row.GetInt64(0) - 1, row.GetBoolean(1)),
            ("@jobs", batch.Placed.Select(placement => placement.Job).ToArray()),
            ("@numbers", batch.Placed.Select(placement => placement.Number).ToArray()),
            ("@tokens", batch.Placed.Select(placement => placement.Token).ToArray())))
        {
            found.Add(index);
            if (isNew)
            {
                _deltas.Of(batch.Placed[index].Job).Placed(batch.Placed[index].Size);
            }
        }

        return [.. batch.Placed.Where((_, index) => !found.Contains(index))];
    }

    /// <summary>Locks the items that the lanes still hold, and sorts them by what becomes of them.</summary>
    private async Task HoldAsync()
    {
        Array.Fill(_results, new ReportResult(false));
        if (batch.Reports.Count == 0)
        {
            return;
        }

        var held = await session.QueryAsync(
            "hold_items",
            row => (
                Index: (int)row.GetInt64(0) - 1, Queue: row.GetInt64(1), State: (ItemState)row.GetInt32(2), Name: Rows.Text(row, 3), Part: Rows.Long(row, 4),
                Code: (ErrorCode?)Rows.Int(row, 5)),
            ("@jobs", batch.Reports.Select(report => report.Lane.Job).ToArray()),
            ("@numbers", batch.Reports.Select(report => report.Number).ToArray()),
            ("@tokens", batch.Reports.Select(report => report.Lane.Token).ToArray()));
        foreach (var row in held)
        {
            var report = batch.Reports[row.Index];
            if (row.State == ItemState.Running)
            {
                Sort(new HeldItem(row.Index, report, row.Queue));
            }
            else if (row.State is ItemState.Committed or ItemState.Done && row.Name is { } name)
            {
                // This very report was committed before, and the answer got lost.
                _results[row.Index] = new ReportResult(true, PlacementOf(report, name), ItemState.Done);
            }
            else
            {
                _results[row.Index] = new ReportResult(true, null, row.State, row.Code);
            }
        }
    }

    private void Sort(HeldItem item)
    {
        switch (item.Report.Outcome)
        {
            case Outcome.Saved:
                _saved.Add(item);
                break;
            case Outcome.Failed:
                _ended.Add(new EndedItem(item, ItemState.Failed, item.Report.Error!.Code, item.Report.Error.Message, item.Report.Error.HttpStatus));
                break;
            default:
                _requeued.Add(item);
                break;
        }
    }

    internal static Placement PlacementOf(ItemReport report, string name) =>
        new(report.Lane.JobId, report.Lane.Job, report.Number, report.Lane.Token, report.File!.Part ?? report.Lane.Token, name, report.File.Size);

    private async Task EndAsync(long now)
    {
        if (_ended.Count == 0)
        {
            return;
        }

        await session.ExecuteAsync(
            "end_items",
            ("@jobs", _ended.Select(item => item.Held.Report.Lane.Job).ToArray()),
            ("@numbers", _ended.Select(item => item.Held.Report.Number).ToArray()),
            ("@states", _ended.Select(item => (int)item.State).ToArray()),
            ("@http_statuses", _ended.Select(item => item.HttpStatus).ToArray()),
            ("@error_codes", _ended.Select(item => (int?)item.Code).ToArray()),
            ("@errors", _ended.Select(item => item.Error).ToArray()),
            ("@etags", _ended.Select(item => item.Held.Report.Kept?.ETag).ToArray()),
            ("@parts", _ended.Select(item => item.Held.Report.Kept?.Token).ToArray()),
            ("@part_sizes", _ended.Select(item => item.Held.Report.Kept?.Size).ToArray()),
            ("@now", now));
        foreach (var item in _ended)
        {
            _deltas.Of(item.Held.Report.Lane.Job).Ended(item.State);
            _results[item.Held.Index] = new ReportResult(true, null, item.State, item.Code);
        }
    }
}

/// <param name="Index">Of the report in its batch.</param>
internal sealed record HeldItem(int Index, ItemReport Report, long Queue);

internal sealed record EndedItem(HeldItem Held, ItemState State, ErrorCode? Code, string? Error, int? HttpStatus);
