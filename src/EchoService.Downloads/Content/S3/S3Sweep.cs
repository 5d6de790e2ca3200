using EchoService.Downloads.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Content.S3;

/// <summary>
/// Removes what killed nodes left in the bucket: uploads that nobody goes on with, and whole objects that no row names, because their writer
/// died between the object and its row.
/// </summary>
/// <remarks>
/// The fence is the row, and no clock is asked but the store's, for leases. A key carries job, line and the token of the lane that wrote it. A row names an
/// object from the commit on, and a commit is accepted only while the row says that the item runs under this very token. The row says so
/// before the first byte is sent, and it never says it again once it does not: tokens only grow, and a lane that nobody renews loses its
/// items in the transaction that ends it. So an object whose row has another token, or is not running and names no file, will be named by
/// nobody, whoever may still be writing it. Between the look at the row and the removal nothing can change that. Keys of jobs that this
/// database does not know are left alone: they may be another service's.
/// </remarks>
/// <param name="objects">Made only where there is a bucket.</param>
internal sealed class S3Sweep(
    Lazy<S3Objects> objects, IDownloadStore store, IOptions<DownloadsOptions> options, TimeProvider time, ILogger<S3Sweep> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(10);

    /// <summary>All of the bucket is listed for it, a thousand keys a request, by every node.</summary>
    private static readonly TimeSpan s_betweenListings = TimeSpan.FromDays(1);

    /// <summary>Removes what is there now.</summary>
    /// <param name="whole">Whole objects too.</param>
    public async Task SweepAsync(bool whole, CancellationToken cancellationToken)
    {
        var aborted = 0;
        await foreach (var uploads in objects.Value.UploadsAsync("", cancellationToken))
        {
            foreach (var (upload, state) in await StatesAsync(uploads, upload => upload.Key, cancellationToken))
            {
                if (state is AttemptState.Saved or AttemptState.Abandoned)
                {
                    await objects.Value.AbortAsync(upload.Key, upload.Id, cancellationToken);
                    aborted++;
                }
            }
        }

        var removed = 0;
        if (whole)
        {
            await foreach (var keys in objects.Value.KeysAsync("", cancellationToken))
            {
                var states = await StatesAsync(keys, key => key, cancellationToken);
                string[] abandoned = [.. states.Where(each => each.State == AttemptState.Abandoned).Select(each => each.Of)];
                await objects.Value.DeleteAsync(abandoned, cancellationToken);
                removed += abandoned.Length;
            }
        }

        if (aborted + removed > 0)
        {
            S3Log.Swept(logger, aborted, removed);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Content.Kind != ContentKind.S3)
        {
            return;
        }

        // By then the lanes of a node that died just before this one started have been ended.
        await Task.Delay(TimeSpan.FromSeconds(2 * options.Value.LeaseSeconds), time, stoppingToken);
        using var timer = new PeriodicTimer(s_interval, time);
        long? listed = null;
        do
        {
            try
            {
                var whole = listed is not { } last || time.GetElapsedTime(last) >= s_betweenListings;
                await SweepAsync(whole, stoppingToken);
                listed = whole ? time.GetTimestamp() : listed;
            }
            catch (Exception exception) when (exception is IOException or StoreException)
            {
                S3Log.SweepFailed(logger, exception.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<IEnumerable<(T Of, AttemptState State)>> StatesAsync<T>(
        IReadOnlyCollection<T> all, Func<T, string> key, CancellationToken cancellationToken)
    {
        var ours = all.Select(each => (Of: each, Attempt: S3Key.Parse(key(each)))).Where(each => each.Attempt is not null).ToList();
        return ours.Select(each => each.Of).Zip(await store.AttemptsAsync([.. ours.Select(each => each.Attempt!)], cancellationToken));
    }
}

internal static partial class S3Log
{
    [LoggerMessage(45, LogLevel.Information, "Removed from the bucket what killed nodes left: {Uploads} uploads, {Objects} objects that no item names")]
    public static partial void Swept(ILogger logger, int uploads, int objects);

    [LoggerMessage(46, LogLevel.Warning, "What killed nodes left in the bucket could not be looked for: {Reason}")]
    public static partial void SweepFailed(ILogger logger, string reason);
}
