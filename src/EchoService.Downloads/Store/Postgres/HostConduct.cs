using EchoService.Downloads.Fetching;

namespace EchoService.Downloads.Store.Postgres;

/// <summary>
/// What reports say of their hosts: that one answers, that it fails, or that it wants to be left alone. A host that fails often in a row
/// rests; a job whose failures have begun too many rests in a row gives the host up.
/// </summary>
internal sealed class HostConduct(PostgresSession session, long now, int maxRests)
{
    private readonly HashSet<long> _answered = [];

    public async Task WriteAsync(IReadOnlyList<ItemReport> reports)
    {
        foreach (var report in reports.Where(report => report.Outcome != Outcome.Released))
        {
            await NoteAsync(report);
        }

        if (_answered.Count > 0)
        {
            await ForgiveAsync([.. _answered]);
        }
    }

    private async Task ForgiveAsync(long[] hosts)
    {
        var revived = await session.QueryAsync("host_answered", row => row.GetInt64(0), ("@hosts", hosts));
        if (revived.Count > 0)
        {
            await session.ExecuteAsync("end_outages", ("@hosts", revived.ToArray()));
        }
    }

    private async Task NoteAsync(ItemReport report)
    {
        if (report.Error is not { Transport: true } error)
        {
            _answered.Add(report.Lane.Host);
        }
        else
        {
            await FailAsync(report.Lane, error);
        }

        if (report.Error?.RetryAfter is { } pause)
        {
            var end = now + StoreTime.FromSpan(pause);
            await session.ExecuteAsync("rest_host", ("@until", end), ("@host", report.Lane.Host));
            await session.ExecuteAsync("rest_queues", ("@until", end), ("@host", report.Lane.Host));
        }
    }

    private async Task FailAsync(Lane lane, FetchError error)
    {
        // What it answered before this failure ends the row of those before.
        if (_answered.Remove(lane.Host))
        {
            await ForgiveAsync([lane.Host]);
        }

        // Failures of transfers that began before the rest say nothing new.
        if (await session.ScalarAsync(
            "host_failed", ("@limit", HostRests.Failures), ("@now", now), ("@longest", HostRests.Longest), ("@rest", HostRests.First), ("@host", lane.Host)) is not { } until)
        {
            return;
        }

        if (until > now)
        {
            await session.ExecuteAsync("rest_queues", ("@until", until), ("@host", lane.Host));
            await session.ExecuteAsync(
                "note_rest", ("@host", lane.Host), ("@limit", maxRests), ("@error_code", (int)error.Code), ("@error", error.Message), ("@job", lane.Job));
        }
    }
}
