using EchoService.Downloads.Fetching;

namespace EchoService.Downloads.Store.Sqlite;

/// <summary>
/// What reports say of their hosts: that one answers, that it fails, or that it wants to be left alone. A host that fails often in a row
/// rests; a job whose failures have begun too many rests in a row gives the host up.
/// </summary>
internal sealed class HostConduct(SqliteSession session, long now, int maxRests)
{
    private readonly HashSet<long> _answered = [];

    public void Note(ItemReport report)
    {
        if (report.Outcome == Outcome.Released)
        {
            return;
        }

        if (report.Error is not { Transport: true } error)
        {
            _answered.Add(report.Lane.Host);
        }
        else
        {
            Fail(report.Lane, error);
        }

        if (report.Error?.RetryAfter is { } pause)
        {
            var until = now + StoreTime.FromSpan(pause);
            session.Execute("rest_host", ("@until", until), ("@host", report.Lane.Host));
            session.Execute("rest_queues", ("@until", until), ("@host", report.Lane.Host));
        }
    }

    public void Write()
    {
        foreach (var host in _answered)
        {
            Forgive(host);
        }
    }

    private void Forgive(long host)
    {
        if (session.Execute("host_answered", ("@host", host)) > 0)
        {
            session.Execute("end_outages", ("@host", host));
        }
    }

    private void Fail(Lane lane, FetchError error)
    {
        // What it answered before this failure ends the row of those before.
        if (_answered.Remove(lane.Host))
        {
            Forgive(lane.Host);
        }

        // Failures of transfers that began before the rest say nothing new.
        if (session.Scalar(
            "host_failed", ("@limit", HostRests.Failures), ("@now", now), ("@longest", HostRests.Longest), ("@rest", HostRests.First), ("@host", lane.Host)) is not { } until)
        {
            return;
        }

        if (until > now)
        {
            session.Execute("rest_queues", ("@until", until), ("@host", lane.Host));
            session.Execute(
                "note_rest", ("@host", lane.Host), ("@limit", maxRests), ("@error_code", (int)error.Code), ("@error", error.Message), ("@job", lane.Job));
        }
    }
}
