using System.Text.Json;
using System.Text.Json.Serialization;
using EchoService.Downloads.Jobs;

namespace EchoService.Downloads;

/// <summary>The body of <c>POST /downloads</c> as JSON; the other options stand beside <c>urls</c>.</summary>
internal sealed record ListRequest(IReadOnlyList<string> Urls)
{
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Options { get; init; }
}

/// <summary>The body of <c>POST /fetch</c>.</summary>
internal sealed record FetchBody(string? Url);

/// <summary>The body of <c>POST /downloads/{id}/items/{n}</c>.</summary>
internal sealed record UrlBody(string? Url);
