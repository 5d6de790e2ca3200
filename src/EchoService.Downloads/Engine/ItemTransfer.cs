using EchoService.Downloads.Content;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Engine;

/// <summary>One attempt at one item: fetch it into a part file, and say how that ended.</summary>
internal sealed class ItemTransfer(
    Fetcher fetcher,
    CompanionDocument companions,
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

        var template = ItemName.TemplateOf(lane.Options, item.Options);
        Companion? companion = null;
        if (template is { NeedsMetadata: true })
        {
            companion = await companions.ReadAsync(lane, item, url, cancellationToken);
            if (companion.Error is { } missing)
            {
                return (Failed(lane, item, missing), null);
            }
        }

        await using var response = await fetcher.OpenAsync(Request(lane.Options, item.Options, url), cancellationToken);
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
            error ??= Mismatch(item.Options, part);
            if (error is null && ItemName.TryMake(template, lane, item, url, response, companion, out var name, out error))
            {
                return (Saved(lane, item, name, response, part), part);
            }

            part.Discard();
            return (Failed(lane, item, error!), null);
        }
        catch
        {
            part.Discard();
            throw;
        }
    }

    private FetchRequest Request(JobOptions job, ItemOptions? item, Uri url) => new(url)
    {
        Headers = Merge(job.Headers, item?.Headers),
        MaxBytes = Math.Min(_options.MaxBytes, job.MaxBytes ?? long.MaxValue),
        Timeout = TimeSpan.FromSeconds(Math.Min(_options.TimeoutSeconds, job.TimeoutSeconds ?? double.MaxValue)),
    };

    /// <summary>The item's headers over the job's.</summary>
    private static IReadOnlyDictionary<string, string>? Merge(IReadOnlyDictionary<string, string>? job, IReadOnlyDictionary<string, string>? item)
    {
        if (job is null || item is null)
        {
            return item ?? job;
        }

        var merged = new Dictionary<string, string>(job, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in item)
        {
            merged[name] = value;
        }

        return merged;
    }

    /// <summary>What the list says of the file and the file does not keep.</summary>
    private static FetchError? Mismatch(ItemOptions? expected, PartFile part)
    {
        if (expected?.Size is { } size && size != part.Length)
        {
            return new FetchError(ErrorCode.ChecksumMismatch, $"The file has {part.Length} bytes, {size} were expected.");
        }

        return expected?.Sha256 is { } digest && digest != part.Sha256
            ? new FetchError(ErrorCode.ChecksumMismatch, $"The file's SHA-256 is {part.Sha256}, {digest} was expected.")
            : null;
    }

    private static ItemReport Saved(Lane lane, LaneItem item, string name, FetchResponse response, PartFile part)
    {
        var file = new SavedFile(
            name, lane.Options.OnConflict ?? OnConflict.Rename, part.Length, part.Sha256, response.ContentType, response.Status);
        return new ItemReport(lane, item.Number, Outcome.Saved, file);
    }

    private ItemReport Failed(Lane lane, LaneItem item, FetchError error)
    {
        var delay = RetryPolicy.NextDelay(error, item.Attempts + 1, lane.Options.Attempts ?? _options.Attempts, Random.Shared.NextDouble);
        return delay is { } pause
            ? new ItemReport(lane, item.Number, Outcome.Retried, Error: error, DueAt: time.Microseconds() + StoreTime.FromSpan(pause))
            : new ItemReport(lane, item.Number, Outcome.Failed, Error: error);
    }
}
