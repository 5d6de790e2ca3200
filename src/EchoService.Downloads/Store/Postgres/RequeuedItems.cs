namespace EchoService.Downloads.Store.Postgres;

/// <summary>Items that go back to their queues: handed back untried, or failed for now.</summary>
internal sealed class RequeuedItems(PostgresSession session, long now)
{
    public async Task WriteAsync(IReadOnlyList<HeldItem> items, ReportResult[] results, JobDeltas deltas)
    {
        if (items.Count == 0)
        {
            return;
        }

        await session.ExecuteAsync(
            "requeue_items",
            ("@jobs", items.Select(item => item.Report.Lane.Job).ToArray()),
            ("@numbers", items.Select(item => item.Report.Number).ToArray()),
            ("@attempts", items.Select(item => item.Report.Outcome == Outcome.Retried ? 1 : 0).ToArray()),
            ("@due_ats", items.Select(ItemDueAt).ToArray()),
            ("@http_statuses", items.Select(item => item.Report.Error?.HttpStatus).ToArray()),
            ("@error_codes", items.Select(item => (int?)item.Report.Error?.Code).ToArray()),
            ("@errors", items.Select(item => item.Report.Error?.Message).ToArray()),
            ("@etags", items.Select(item => item.Report.Kept?.ETag).ToArray()),
            ("@parts", items.Select(item => item.Report.Kept?.Token).ToArray()),
            ("@part_sizes", items.Select(item => item.Report.Kept?.Size).ToArray()));
        await WriteQueuesAsync(items);
        var places = items.Select(item => (item.Report.Lane.Job, item.Report.Lane.Host)).Distinct().ToList();
        await session.ExecuteAsync(
            "fail_again", ("@jobs", places.Select(place => place.Job).ToArray()), ("@hosts", places.Select(place => place.Host).ToArray()));
        foreach (var item in items)
        {
            deltas.Of(item.Report.Lane.Job).Requeued();
            results[item.Index] = new ReportResult(true);
        }
    }

    private async Task WriteQueuesAsync(IReadOnlyList<HeldItem> items)
    {
        var queues = items.GroupBy(item => (item.Report.Lane.Job, item.Queue)).OrderBy(queue => queue.Key).ToList();
        var firsts = queues.Select(queue => queue.Select(item => (Due: ItemDueAt(item), item.Report.Number)).Min()).ToList();
        await session.ExecuteAsync(
            "requeue_queues",
            ("@jobs", queues.Select(queue => queue.Key.Job).ToArray()),
            ("@queues", queues.Select(queue => queue.Key.Queue).ToArray()),
            ("@numbers", queues.Select(queue => queue.Count()).ToArray()),
            ("@earliest", queues.Select(queue => queue.Min(DueAt)).ToArray()),
            ("@latest", queues.Select(queue => queue.Max(DueAt)).ToArray()),
            ("@first_dues", firsts.Select(first => first.Due).ToArray()),
            ("@first_numbers", firsts.Select(first => first.Number).ToArray()),
            ("@now", now));
    }

    /// <summary>In list order the queue waits for the item, which keeps its place.</summary>
    private long ItemDueAt(HeldItem item) => item.Queue == 0 ? 0 : DueAt(item);

    /// <summary>What was handed back untried keeps its place.</summary>
    private long DueAt(HeldItem item) => item.Report.Outcome == Outcome.Retried ? now + StoreTime.FromSpan(item.Report.Pause) : 0;
}
