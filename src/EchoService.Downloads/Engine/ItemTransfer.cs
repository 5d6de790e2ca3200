using EchoService.Downloads.Content;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Naming;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Engine;

/// <summary>One attempt at one item: fetch it into a part file, and say how that ended.</summary>
internal sealed class ItemTransfer(
    Fetcher fetcher,
    DiskContentStorage storage,
    IOptions<DownloadsOptions> options,
    DownloadsMetrics metrics,
    TimeProvider time)
{
    private readonly DownloadsOptions _options = options.Value;

    /// <returns>The report, and with a saved one its part, which is the committer's now.</returns>
    /// <exception cref="IOException">The part cannot be written.</exception>
    public async Task<(ItemReport Report, PartFile? Part)> RunAsync(Lane lane, LaneItem item, CancellationToken cancellationToken)
    {
        if (!FetchUrl.TryParse(item.Url, out var url, out var reason))
        {
            return (new ItemReport(lane, item.Number, Outcome.Failed, Error: new FetchError(ErrorCode.InvalidUrl, reason)), null);
        }

        await using var response = await fetcher.OpenAsync(Request(lane.Options, url), cancellationToken);
        if (response.Error is { } refused)
        {
            return (Failed(lane, item, refused), null);
        }

        var part = storage.CreatePart(lane, item.Number);
        try
        {
            var error = await response.CopyToAsync(
                (bytes, token) =>
                {
                    metrics.Received(bytes.Length);
                    return part.WriteAsync(bytes, token);
                },
                cancellationToken);
            if (error is null)
            {
                return (Saved(lane, item, url, response, part), part);
            }

            part.Discard();
            return (Failed(lane, item, error), null);
        }
        catch
        {
            part.Discard();
            throw;
        }
    }

    private FetchRequest Request(JobOptions job, Uri url) => new(url)
    {
        Headers = job.Headers,
        MaxBytes = Math.Min(_options.MaxBytes, job.MaxBytes ?? long.MaxValue),
        Timeout = TimeSpan.FromSeconds(Math.Min(_options.TimeoutSeconds, job.TimeoutSeconds ?? double.MaxValue)),
    };

    private static ItemReport Saved(Lane lane, LaneItem item, Uri url, FetchResponse response, PartFile part)
    {
        var wished = Name(lane.Options, item, url, SuggestedName.For(url, response.ContentDisposition, response.ContentType));
        var file = new SavedFile(
            wished, lane.Options.OnConflict ?? OnConflict.Rename, part.Length, part.Sha256, response.ContentType, response.Status);
        return new ItemReport(lane, item.Number, Outcome.Saved, file);
    }

    private static string Name(JobOptions job, LaneItem item, Uri url, string suggested) =>
        job.FileName is { } template
        && NameTemplate.TryParse(template, [], out var parsed, out _)
        && parsed.TryRender(new NameParts(suggested, url, item.Number), out var name, out _)
            ? name
            : suggested;

    private ItemReport Failed(Lane lane, LaneItem item, FetchError error)
    {
        var delay = RetryPolicy.NextDelay(error, item.Attempts + 1, lane.Options.Attempts ?? _options.Attempts, Random.Shared.NextDouble);
        return delay is { } pause
            ? new ItemReport(lane, item.Number, Outcome.Retried, Error: error, DueAt: time.Microseconds() + StoreTime.FromSpan(pause))
            : new ItemReport(lane, item.Number, Outcome.Failed, Error: error);
    }
}
