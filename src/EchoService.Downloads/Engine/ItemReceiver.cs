using EchoService.Downloads.Content;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Engine;

/// <summary>How a body came in.</summary>
/// <param name="Part">What was written: the whole body without an <paramref name="Error"/>, else what <paramref name="Kept"/> tells.</param>
/// <param name="Kept">What the next attempt can go on from, once the part is flushed.</param>
/// <param name="Stopped">True: it was broken off from our side.</param>
internal sealed record Received(FetchResponse Response, FetchError? Error, IContentPart? Part = null, KeptPart? Kept = null, bool Stopped = false);

/// <summary>Fetches a body into a part: the rest of one that an earlier attempt left, where that is safe, else the whole.</summary>
internal sealed class ItemReceiver(Fetcher fetcher, IContentStorage storage, IDownloadStore store, DownloadsMetrics metrics, TransferRates rates)
{
    /// <exception cref="IOException">The part cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before there was anything worth keeping.</exception>
    public async Task<Received> ReceiveAsync(Lane lane, LaneItem item, FetchRequest request, CancellationToken cancellationToken)
    {
        var kept = await OpenKeptAsync(lane, item, cancellationToken);
        try
        {
            await using var response = await fetcher.OpenAsync(
                request with { ResumeFrom = kept?.Length ?? 0, ResumeETag = item.Kept?.ETag }, cancellationToken);
            if (response.Error is { } refused)
            {
                return new Received(response, refused, Kept: kept is null ? null : item.Kept);
            }

            if (response.ResumedFrom == 0)
            {
                // Another attempt's file is never begun anew: its row would name bytes of two versions.
                await (kept?.DiscardAsync() ?? Task.CompletedTask);
                kept = null;
            }

            var part = kept ?? storage.CreatePart(lane, item.Number);
            kept = null;
            return await WriteAsync(lane, item, response, part, cancellationToken);
        }
        finally
        {
            kept?.Dispose();
        }
    }

    /// <summary>A part that cannot be read is as good as none: of a storage that is in trouble as a whole the new part tells.</summary>
    private async Task<IContentPart?> OpenKeptAsync(Lane lane, LaneItem item, CancellationToken cancellationToken)
    {
        try
        {
            return item.Kept is { } kept ? await storage.OpenPartAsync(lane, item.Number, kept, cancellationToken) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private async Task<Received> WriteAsync(Lane lane, LaneItem item, FetchResponse response, IContentPart part, CancellationToken cancellationToken)
    {
        var progress = new PartProgress(store, lane, item.Number, part, response.ETag, response.TotalLength);
        try
        {
            var error = await CopyAsync(lane, response, part, progress, cancellationToken);
            await progress.EndAsync();
            Failpoint.Pass(Failpoint.AfterWrite);
            if (error is null || (error.Transient && progress.Kept is not null))
            {
                return new Received(response, error, part, error is null ? null : progress.Kept);
            }

            await part.DiscardAsync();
            return new Received(response, error);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && progress.Kept is not null)
        {
            await progress.EndAsync();
            return new Received(response, null, part, progress.Kept, Stopped: true);
        }
        catch
        {
            await progress.EndAsync();
            await part.DiscardAsync();
            throw;
        }
    }

    private Task<FetchError?> CopyAsync(Lane lane, FetchResponse response, IContentPart part, PartProgress progress, CancellationToken cancellationToken) =>
        response.CopyToAsync(
            async (bytes, token) =>
            {
                metrics.Received(bytes.Length);
                rates.Received(lane.Job, bytes.Length);
                await part.WriteAsync(bytes, token);
                Failpoint.Pass(Failpoint.MidBody);
                await progress.WrittenAsync();
            },
            cancellationToken);
}
