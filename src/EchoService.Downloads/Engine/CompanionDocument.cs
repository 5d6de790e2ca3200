using System.Text.Json;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Engine;

/// <summary>
/// The JSON document beside an item, from which its name is made. It is fetched in the item's own lane, hence from the item's
/// own host: a document elsewhere would pass that host's limits by.
/// </summary>
internal sealed class CompanionDocument(Fetcher fetcher, IOptions<DownloadsOptions> options)
{
    /// <summary>A description of one file, not a data set.</summary>
    private const int MaxBytes = 1 << 20;

    public async Task<Companion> ReadAsync(Lane lane, LaneItem item, Uri itemUrl, CancellationToken cancellationToken)
    {
        if (item.Options?.MetadataUrl is not { } text)
        {
            return Refused("The name needs a companion document, and the item has no metadataUrl.");
        }

        if (!FetchUrl.TryParse(text, out var url, out var reason))
        {
            return Refused($"metadataUrl: {reason}");
        }

        if (FetchUrl.HostKey(url) != FetchUrl.HostKey(itemUrl))
        {
            return Refused("The companion document must be on the item's own host.");
        }

        var request = new FetchRequest(url)
        {
            Headers = lane.Options.Headers,
            MaxBytes = MaxBytes,
            Timeout = TimeSpan.FromSeconds(Math.Min(options.Value.TimeoutSeconds, lane.Options.TimeoutSeconds ?? double.MaxValue)),
            Identity = false,
        };
        await using var response = await fetcher.OpenAsync(request, cancellationToken);
        using var bytes = new MemoryStream();
        var error = response.Error ?? await response.CopyToAsync(
            (part, _) =>
            {
                bytes.Write(part.Span);
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        return error is null
            ? Parse(bytes.ToArray())
            : new Companion(default, error with { Code = ErrorCode.Metadata, Message = "The companion document: " + error.Message });
    }

    private static Companion Parse(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new Companion(document.RootElement.Clone(), null)
                : Refused("The companion document is no JSON object.");
        }
        catch (JsonException)
        {
            return Refused("The companion document is no JSON.");
        }
    }

    private static Companion Refused(string message) => new(default, new FetchError(ErrorCode.Metadata, message));
}

/// <summary>A companion document, or why there is none.</summary>
internal sealed record Companion(JsonElement Document, FetchError? Error)
{
    /// <summary>A property's text or number; null: it has none.</summary>
    public string? Property(string name) =>
        Document.TryGetProperty(name, out var value) && (value.ValueKind is JsonValueKind.String or JsonValueKind.Number) ? value.ToString() : null;
}
