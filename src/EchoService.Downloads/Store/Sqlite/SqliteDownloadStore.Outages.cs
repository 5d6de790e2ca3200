using System.Globalization;
using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store.Sqlite;

/// <summary>How what is left of a job at a host fails, once the host's rests have not helped: some thousand items in a transaction.</summary>
internal sealed partial class SqliteDownloadStore
{
    private static GivenUp? FailGivenUp(SqliteSession session, long now)
    {
        var failing = session.Query("failing", row => new
        {
            Job = row.GetInt64(0),
            JobId = row.GetString(1),
            Host = row.GetInt64(2),
            HostName = row.GetString(3),
            Queue = row.GetInt64(4),
            Code = (ErrorCode)row.GetInt32(6),
            Error = string.Create(CultureInfo.InvariantCulture, $"{row.GetString(7)} It went on so through {row.GetInt32(5)} pauses, so the host was given up."),
        }).FirstOrDefault();
        if (failing is null)
        {
            return null;
        }

        var failed = session.Execute(
            "fail_queued",
            ("@error_code", (int)failing.Code), ("@error", failing.Error), ("@now", now),
            ("@job", failing.Job), ("@queue", failing.Queue), ("@host", failing.Host), ("@batch", IDownloadStore.RowsAtOnce));
        session.Execute("count_failed_queue", ("@n", failed), ("@job", failing.Job), ("@queue", failing.Queue));
        session.Execute("count_failed_queued", ("@n", failed), ("@job", failing.Job));
        var more = failed == IDownloadStore.RowsAtOnce;
        if (!more)
        {
            session.Execute("end_failing", ("@job", failing.Job), ("@host", failing.Host));
        }

        var ended = session.Query("complete", row => row.GetString(0), ("@now", now), ("@job", failing.Job)).FirstOrDefault();
        return new GivenUp(
            failing.JobId, failing.HostName, failed, failing.Code, failing.Error, more,
            ended is null ? null : session.Query("job", Rows.Job, ("@id", ended)).Single());
    }
}
