using System.Globalization;

namespace EchoService.Downloads.Store.Postgres;

/// <content>How what is left of a job at a host fails, once the host's rests have not helped: some thousand items in a transaction.</content>
internal sealed partial class PostgresDownloadStore
{
    /// <summary>In a transaction that has the claims.</summary>
    private static async Task<GivenUp?> FailGivenUpAsync(PostgresSession session, long now)
    {
        var failing = await session.FindAsync("failing", row => new
        {
            Job = row.GetInt64(0),
            JobId = row.GetString(1),
            Host = row.GetInt64(2),
            HostName = row.GetString(3),
            Queue = row.GetInt64(4),
            Code = (ErrorCode)row.GetInt32(6),
            Error = string.Create(CultureInfo.InvariantCulture, $"{row.GetString(7)} It went on so through {row.GetInt32(5)} pauses, so the host was given up."),
        });
        if (failing is null)
        {
            return null;
        }

        var failed = await session.ExecuteAsync(
            "fail_queued",
            ("@error_code", (int)failing.Code), ("@error", failing.Error), ("@now", now),
            ("@job", failing.Job), ("@queue", failing.Queue), ("@host", failing.Host), ("@batch", IDownloadStore.RowsAtOnce));
        await session.ExecuteAsync("count_failed_queue", ("@n", failed), ("@job", failing.Job), ("@queue", failing.Queue));
        var more = failed == IDownloadStore.RowsAtOnce;
        if (!more)
        {
            await session.ExecuteAsync("end_failing", ("@job", failing.Job), ("@host", failing.Host));
        }

        await session.ExecuteAsync("count_failed_queued", ("@n", failed), ("@job", failing.Job));
        var ended = await session.FindAsync("complete", row => row.GetString(0), ("@now", now), ("@jobs", new[] { failing.Job }));
        return new GivenUp(
            failing.JobId, failing.HostName, failed, failing.Code, failing.Error, more,
            ended is null ? null : await session.FindAsync("job", Rows.Job, ("@id", ended)));
    }
}
