using EchoService.Downloads.Jobs;
using Microsoft.Data.Sqlite;

namespace EchoService.Downloads.Store.Sqlite;

/// <summary>How an item gets another URL.</summary>
internal sealed partial class SqliteDownloadStore
{
    public Task<(ControlResult Result, Item? Item, long? Part)> ReplaceUrlAsync(
        string id, int number, string url, string host, byte[] urlHash, CancellationToken cancellationToken) =>
        _database.WriteAsync<(ControlResult, Item?, long?)>(
            session =>
            {
                if (session.Query("job", Rows.Job, ("@id", id)).FirstOrDefault() is not { } job
                    || session.Query("item_place", ReadPlace, ("@job", job.Key), ("@n", number)) is not [var place])
                {
                    return (ControlResult.NotFound, null, null);
                }

                if (place.State is not (ItemState.Queued or ItemState.Failed or ItemState.Cancelled) || job.IsBeingCancelled)
                {
                    return (ControlResult.Conflict, session.Query("item", Rows.Item, ("@job", job.Key), ("@n", number)).Single(), null);
                }

                var hostKey = session.Scalar("add_host", ("@name", host))!.Value;
                Replace(session, job, number, place, url, hostKey, urlHash);
                return (ControlResult.Done, session.Query("item", Rows.Item, ("@job", job.Key), ("@n", number)).Single(), place.Part);
            },
            cancellationToken);

    private static Place ReadPlace(SqliteDataReader row) =>
        new((ItemState)row.GetInt32(0), row.GetInt64(1), Rows.Long(row, 2));

    private void Replace(SqliteSession session, Job job, int number, Place place, string url, long host, byte[] urlHash)
    {
        var queued = place.State == ItemState.Queued;
        if (queued)
        {
            session.Execute("leave_queue", ("@job", job.Key), ("@queue", place.Queue));
        }

        var queue = job.Options.Concurrency == 1 ? 0 : host;
        session.Execute(
            "replace_url", ("@url", url), ("@url_hash", urlHash), ("@host", host), ("@queue", queue), ("@job", job.Key), ("@n", number));
        session.Execute("forget_outage", ("@job", job.Key), ("@host", host));
        session.Execute("join_queue", ("@job", job.Key), ("@queue", queue), ("@now", Now));
        session.Execute(
            "count_replaced",
            ("@n", queued ? 0 : 1),
            ("@failed", place.State == ItemState.Failed ? 1 : 0),
            ("@cancelled", place.State == ItemState.Cancelled ? 1 : 0),
            ("@job", job.Key));
    }

    private sealed record Place(ItemState State, long Queue, long? Part);
}
