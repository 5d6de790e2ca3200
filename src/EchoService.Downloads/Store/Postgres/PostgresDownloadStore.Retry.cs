using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store.Postgres;

/// <content>How failed items are queued again: the job runs first, then its items follow in batches; whoever finds it broken off goes on with it.</content>
internal sealed partial class PostgresDownloadStore
{
    private static readonly ErrorCode[] s_errorCodes = Enum.GetValues<ErrorCode>();

    public Task<(ControlResult Result, RetryUnderWay? Retry)> BeginRetryAsync(string id, ErrorCode? code, CancellationToken cancellationToken) =>
        database.TransactAsync<(ControlResult, RetryUnderWay?)>(
            async session =>
            {
                var now = await session.LockClaimsAsync();
                if (await session.FindAsync("job", Rows.Job, ("@id", id)) is not { } job)
                {
                    return (ControlResult.NotFound, null);
                }

                if (job.IsBeingCancelled || job.State is JobState.Paused or JobState.Scheduled
                    || await session.ScalarAsync("retry_under_way", ("@job", job.Key)) is not null)
                {
                    return (ControlResult.Conflict, null);
                }

                var retry = new RetryUnderWay(job.Key, job.Id, now, code);
                if (!await AnyFailedAsync(session, retry))
                {
                    return (ControlResult.Nothing, null);
                }

                await session.ExecuteAsync("forget_outages", ("@job", job.Key));
                return await session.ScalarAsync(
                    "begin_retry", ("@now", now), ("@error_code", (int?)code), ("@job", job.Key), ("@from", (int)job.State)) is null
                    ? (ControlResult.Conflict, null)
                    : (ControlResult.Done, retry);
            },
            cancellationToken);

    public async Task<bool> QueueFailedAsync(RetryUnderWay retry, Action queued, CancellationToken cancellationToken)
    {
        foreach (var code in Codes(retry.Code))
        {
            for (long? last = 0; last is { } after;)
            {
                last = await database.TransactAsync(session => QueueBatchAsync(session, retry, code, after), cancellationToken);
                queued();
            }
        }

        return await database.TransactAsync(
            async session =>
            {
                var now = await session.LockClaimsAsync();
                await session.ExecuteAsync("end_retry", ("@job", retry.Job), ("@begun", retry.Begun));
                return (await session.QueryAsync("complete", row => row.GetString(0), ("@now", now), ("@jobs", new[] { retry.Job }))).Count > 0;
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<RetryUnderWay>> UnfinishedRetriesAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<RetryUnderWay>>(
            async session => await session.QueryAsync(
                "unfinished_retries",
                row => new RetryUnderWay(row.GetInt64(0), row.GetString(1), row.GetInt64(2), (ErrorCode?)Rows.Int(row, 3))),
            cancellationToken);

    private static ErrorCode[] Codes(ErrorCode? code) => code is { } one ? [one] : s_errorCodes;

    private static async Task<bool> AnyFailedAsync(PostgresSession session, RetryUnderWay retry)
    {
        foreach (var code in Codes(retry.Code))
        {
            if ((await BatchAsync(session, retry, code, 0, 1)).Count > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The last item of the batch; null: there is none, or the retry has ended, or the job was stopped.</summary>
    private static async Task<long?> QueueBatchAsync(PostgresSession session, RetryUnderWay retry, ErrorCode code, long after)
    {
        await session.RelaxAsync();
        var now = await session.LockClaimsAsync();
        if (await session.ScalarAsync("retry_under_way", ("@job", retry.Job)) != retry.Begun)
        {
            return null;
        }

        var (last, count) = await BatchAsync(session, retry, code, after, IDownloadStore.RowsAtOnce);
        if (count == 0)
        {
            return null;
        }

        var queued = await session.ScalarAsync(
            "retry_items",
            ("@job", retry.Job), ("@error_code", (int)code), ("@after", after), ("@last", last), ("@before", retry.Begun), ("@now", now));
        await session.ExecuteAsync("count_retried", ("@n", (int)queued!), ("@job", retry.Job));
        await session.WakeAsync();
        return last;
    }

    private static Task<(long Last, int Count)> BatchAsync(PostgresSession session, RetryUnderWay retry, ErrorCode code, long after, int rows) =>
        session.FindAsync(
            "retry_batch",
            row => ((long)(Rows.Int(row, 0) ?? 0), row.GetInt32(1)),
            ("@job", retry.Job), ("@error_code", (int)code), ("@after", after), ("@before", retry.Begun), ("@batch", rows));
}
