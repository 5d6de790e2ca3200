using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using EchoService.Downloads.Jobs;

namespace EchoService.Cli;

/// <summary>Options and a list in one JSON document, <c>{options, "urls": [ … ]}</c>, written as the list is read.</summary>
internal sealed class JsonListContent : HttpContent
{
    private readonly JobOptions _options;
    private readonly string _name;
    private readonly IAsyncEnumerable<string> _entries;

    /// <param name="name">Of the list: <c>urls</c>, or <c>values</c> of a template.</param>
    public JsonListContent(JobOptions options, string name, IAsyncEnumerable<string> entries)
    {
        (_options, _name, _entries) = (options, name, entries);
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(stream, JsonText.Options);
        json.WriteStartObject();
        using (var options = JsonDocument.Parse(JobOptionsJson.Write(_options)))
        {
            foreach (var option in options.RootElement.EnumerateObject())
            {
                option.WriteTo(json);
            }
        }

        json.WriteStartArray(_name);
        await foreach (var entry in _entries.WithCancellation(cancellationToken))
        {
            json.WriteStringValue(entry);
            if (json.BytesPending > 16 << 10)
            {
                await json.FlushAsync(cancellationToken);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <summary>Nobody knows before the list is read.</summary>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
