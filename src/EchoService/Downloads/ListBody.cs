using EchoService.Downloads.Intake;
using Microsoft.Net.Http.Headers;

namespace EchoService.Downloads;

/// <summary>A request's list.</summary>
internal static class ListBody
{
    /// <summary>What reads this request's list; null: its content type is none of ours, or its bytes are no plain UTF-8.</summary>
    public static ListReader? ReaderOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && IsUtf8(type)
            ? ListReaders.For(
                type.MediaType.Value,
                request.BodyReader,
                request.Query.Select(parameter => KeyValuePair.Create(parameter.Key, parameter.Value.ToString())))
            : null;

    private static bool IsUtf8(MediaTypeHeaderValue type) =>
        !type.Charset.HasValue || type.Charset.Value.Trim('"').ToUpperInvariant() is "UTF-8" or "UTF8" or "US-ASCII";
}
