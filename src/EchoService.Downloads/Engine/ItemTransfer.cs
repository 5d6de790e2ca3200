using EchoService.Downloads.Content;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Engine;

/// <summary>One attempt at one item: fetch it into a part file, and say how that ended.</summary>
internal sealed class ItemTransfer(
    ItemReceiver receiver,
    CompanionDocument companions,
    IOptions<DownloadsOptions> options)
{
    private readonly DownloadsOptions _options = options.Value;

    /// <returns>The report, and where there is something to save or to go on from its part, which is the committer's now.</returns>
    /// <exception cref="IOException">The part cannot be written.</exception>
    public async Task<(ItemReport Report, IContentPart? Part)> RunAsync(Lane lane, LaneItem item, CancellationToken cancellationToken)
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
                return (Failed(lane, item, missing, item.Kept), null);
            }
        }

        var received = await receiver.ReceiveAsync(lane, item, Request(lane.Options, item.Options, url), cancellationToken);
        if (received.Stopped)
        {
            return (new ItemReport(lane, item.Number, Outcome.Released, Kept: received.Kept), received.Part);
        }

        if (received.Error is { } failure)
        {
            return (Failed(lane, item, failure, received.Kept), received.Part);
        }

        var part = received.Part!;
        var error = Mismatch(item.Options, part, received.Response.ResumedFrom > 0);
        if (error is null && ItemName.TryMake(template, lane, item, url, received.Response, companion, out var name, out error))
        {
            await CompleteAsync(part, cancellationToken);
            return (Saved(lane, item, name, received.Response, part), part);
        }

        await part.DiscardAsync();
        return (Failed(lane, item, error!, null), null);
    }

    private static async Task CompleteAsync(IContentPart part, CancellationToken cancellationToken)
    {
        try
        {
            await part.CompleteAsync(cancellationToken);
        }
        catch
        {
            await part.DiscardAsync();
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
    /// <param name="pieced">Of two transfers: one from zero may still give what was expected.</param>
    private static FetchError? Mismatch(ItemOptions? expected, IContentPart part, bool pieced)
    {
        if (expected?.Size is { } size && size != part.Length)
        {
            return new FetchError(ErrorCode.ChecksumMismatch, $"The file has {part.Length} bytes, {size} were expected.", Transient: pieced);
        }

        return expected?.Sha256 is { } digest && digest != part.Sha256
            ? new FetchError(ErrorCode.ChecksumMismatch, $"The file's SHA-256 is {part.Sha256}, {digest} was expected.", Transient: pieced)
            : null;
    }

    private static ItemReport Saved(Lane lane, LaneItem item, string name, FetchResponse response, IContentPart part)
    {
        var file = new SavedFile(
            name, lane.Options.OnConflict ?? OnConflict.Rename, part.Length, part.Sha256, response.ContentType, response.Status, part.Token);
        return new ItemReport(lane, item.Number, Outcome.Saved, file);
    }

    private ItemReport Failed(Lane lane, LaneItem item, FetchError error, KeptPart? kept)
    {
        var delay = RetryPolicy.NextDelay(error, item.Attempts + 1, lane.Options.Attempts ?? _options.Attempts, Random.Shared.NextDouble);
        return delay is { } pause
            ? new ItemReport(lane, item.Number, Outcome.Retried, Error: error, Pause: pause, Kept: kept)
            : new ItemReport(lane, item.Number, Outcome.Failed, Error: error, Kept: kept);
    }
}
