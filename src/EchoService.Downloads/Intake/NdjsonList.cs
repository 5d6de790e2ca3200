using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization;
using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Intake;

/// <summary>An item a line: <c>{"url": …, "fileName", "sha256", "size", "headers", "metadataUrl"}</c>. A bad line is a failed item.</summary>
internal static class NdjsonList
{
    /// <summary>A URL, a companion's URL, a name and 8 KiB of headers, all escaped.</summary>
    private const int MaxLine = 64 << 10;

    public static Task ReadAsync(PipeReader reader, ListReceiver receiver, CancellationToken cancellationToken) =>
        LineSplitter.ReadAsync(reader, MaxLine, line => AddAsync(receiver, line), cancellationToken);

    private static ValueTask AddAsync(ListReceiver receiver, ListLine line)
    {
        var (item, problem) = line.Problem is null ? Parse(line.Text) : (null, line.Problem);
        return receiver.AddAsync(line.Number, item?.Url ?? line.Text, problem, item?.Options());
    }

    private static (NdjsonItem? Item, string? Problem) Parse(string text)
    {
        try
        {
            var item = JsonSerializer.Deserialize(text, NdjsonJson.Default.NdjsonItem);
            return item?.Url is null ? (null, "The line has no 'url'.") : (item, item.Options() is { } options ? ItemOptionsRules.Problem(options) : null);
        }
        catch (JsonException)
        {
            return (null, "The line is no JSON object of url, fileName, sha256, size, headers and metadataUrl.");
        }
    }
}

internal sealed record NdjsonItem
{
    public string? Url { get; init; }

    public string? FileName { get; init; }

    public string? Sha256 { get; init; }

    public long? Size { get; init; }

    public Dictionary<string, string>? Headers { get; init; }

    public string? MetadataUrl { get; init; }

    /// <summary>Null: the line asks for nothing beside its URL.</summary>
    public ItemOptions? Options() => this is { FileName: null, Sha256: null, Size: null, Headers: null, MetadataUrl: null }
        ? null
        : new ItemOptions { FileName = FileName, Sha256 = Sha256?.ToLowerInvariant(), Size = Size, Headers = Headers, MetadataUrl = MetadataUrl };
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    PropertyNameCaseInsensitive = false,
    NumberHandling = JsonNumberHandling.Strict,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(NdjsonItem))]
internal sealed partial class NdjsonJson : JsonSerializerContext;
