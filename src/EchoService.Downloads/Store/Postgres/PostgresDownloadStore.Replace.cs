using EchoService.Downloads.Jobs;
using Npgsql;

namespace EchoService.Downloads.Store.Postgres;

/// <content>How an item gets another URL.</content>
internal sealed partial class PostgresDownloadStore
{
    public Task<(ControlResult Result, Item? Item, long? Part)> ReplaceUrlAsync(
        string id, int number, string url, string host, byte[] urlHash, CancellationToken cancellationToken) =>
        database.TransactAsync<(ControlResult, Item?, long?)>(
            async session =>
            {
                var now = await session.LockClaimsAsync();
                if (await session.FindAsync("job", Rows.Job, ("@id", id)) is not { } job
                    || await session.QueryAsync("item_place", ReadPlace, ("@job", job.Key), ("@n", number)) is not [var place])
                {
                    return (ControlResult.NotFound, null, null);
                }

                var changed = place.State is ItemState.Queued or ItemState.Failed or ItemState.Cancelled && !job.IsBeingCancelled;
                if (changed)
                {
                    await ReplaceAsync(session, job, number, place, url, host, urlHash, now);
                    await session.WakeAsync();
                }

                var item = await session.FindAsync("item", Rows.Item, ("@job", job.Key), ("@n", number));
                return (changed ? ControlResult.Done : ControlResult.Conflict, item, changed ? place.Part : null);
            },
            cancellationToken);

    private static Place ReadPlace(NpgsqlDataReader row) => new((ItemState)row.GetInt32(0), row.GetInt64(1), Rows.Long(row, 2));

    private static async Task ReplaceAsync(
        PostgresSession session, Job job, int number, Place place, string url, string host, byte[] urlHash, long now)
    {
        var queued = place.State == ItemState.Queued;
        if (queued)
        {
            await session.ExecuteAsync("leave_queue", ("@job", job.Key), ("@queue", place.Queue));
        }

        var hostKey = (await session.ScalarAsync("add_host", ("@name", host)))!.Value;
        var queue = job.Options.Concurrency == 1 ? 0 : hostKey;
        await session.ExecuteAsync(
            "replace_url", ("@url", url), ("@url_hash", urlHash), ("@host", hostKey), ("@queue", queue), ("@job", job.Key), ("@n", number));
        await session.ExecuteAsync("forget_outage", ("@job", job.Key), ("@host", hostKey));
        await session.ExecuteAsync("join_queue", ("@job", job.Key), ("@queue", queue), ("@now", now));
        _ = await session.ScalarAsync(
            "count_replaced",
            ("@n", queued ? 0 : 1),
            ("@failed", place.State == ItemState.Failed ? 1 : 0),
            ("@cancelled", place.State == ItemState.Cancelled ? 1 : 0),
            ("@job", job.Key),
            ("@from", (int)job.State))
            ?? throw new StoreException("The job changed meanwhile.");
    }

    private sealed record Place(ItemState State, long Queue, long? Part);
}
