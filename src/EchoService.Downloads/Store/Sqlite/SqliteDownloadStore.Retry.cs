using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store.Sqlite;

/// <summary>How failed items are queued again: the job runs first, then its items follow in batches; a restart in between goes on with them.</summary>
internal sealed partial class SqliteDownloadStore
{
    private static readonly ErrorCode[] s_errorCodes = Enum.GetValues<ErrorCode>();

    public Task<(ControlResult Result, RetryUnderWay? Retry)> BeginRetryAsync(string id, ErrorCode? code, CancellationToken cancellationToken) =>
        _database.WriteAsync<(ControlResult, RetryUnderWay?)>(
            session =>
            {
                if (session.Query("job", Rows.Job, ("@id", id)).FirstOrDefault() is not { } job)
                {
                    return (ControlResult.NotFound, null);
                }

                if (job.IsBeingCancelled || job.State is JobState.Paused or JobState.Scheduled
                    || session.Scalar("retry_under_way", ("@job", job.Key)) is not null)
                {
                    return (ControlResult.Conflict, null);
                }

                var retry = new RetryUnderWay(job.Key, job.Id, Now, code);
                if (!Array.Exists(Codes(code), each => Batch(session, retry, each, 0, 1).Count > 0))
                {
                    return (ControlResult.Nothing, null);
                }

                session.Execute("forget_outages", ("@job", job.Key));
                session.Execute("begin_retry", ("@now", retry.Begun), ("@error_code", (int?)code), ("@job", job.Key));
                return (ControlResult.Done, retry);
            },
            cancellationToken);

    public async Task<bool> QueueFailedAsync(RetryUnderWay retry, Action queued, CancellationToken cancellationToken)
    {
        foreach (var code in Codes(retry.Code))
        {
            for (long? last = 0; last is { } after;)
            {
                last = await _database.WriteRelaxedAsync(session => QueueBatch(session, retry, code, after), cancellationToken);
                queued();
            }
        }

        return await _database.WriteAsync(
            session =>
            {
                session.Execute("end_retry", ("@job", retry.Job), ("@begun", retry.Begun));
                return session.Query("complete", row => row.GetString(0), ("@now", Now), ("@job", retry.Job)).Count > 0;
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<RetryUnderWay>> UnfinishedRetriesAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<RetryUnderWay>>(session => session.Query(
            "unfinished_retries",
            row => new RetryUnderWay(row.GetInt64(0), row.GetString(1), row.GetInt64(2), (ErrorCode?)Rows.Int(row, 3))));

    private static ErrorCode[] Codes(ErrorCode? code) => code is { } one ? [one] : s_errorCodes;

    /// <summary>The last line of the batch; null: there is none, or the retry has ended, or the job was stopped.</summary>
    private long? QueueBatch(SqliteSession session, RetryUnderWay retry, ErrorCode code, long after)
    {
        if (session.Scalar("retry_under_way", ("@job", retry.Job)) != retry.Begun)
        {
            return null;
        }

        var (last, count) = Batch(session, retry, code, after, IDownloadStore.RowsAtOnce);
        if (count == 0)
        {
            return null;
        }

        session.Execute("retry_queues", ("@job", retry.Job), ("@now", Now), ("@error_code", (int)code), ("@after", after), ("@last", last), ("@before", retry.Begun));
        session.Execute("retry_items", ("@job", retry.Job), ("@error_code", (int)code), ("@after", after), ("@last", last), ("@before", retry.Begun));
        session.Execute("count_retried", ("@n", count), ("@job", retry.Job));
        return last;
    }

    private static (long Last, int Count) Batch(SqliteSession session, RetryUnderWay retry, ErrorCode code, long after, int rows) =>
        session.Query(
            "retry_batch",
            row => (row.IsDBNull(0) ? 0 : row.GetInt64(0), row.GetInt32(1)),
            ("@job", retry.Job), ("@error_code", (int)code), ("@after", after), ("@before", retry.Begun), ("@batch", rows)).Single();
}
