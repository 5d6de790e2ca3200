using EchoService.Downloads.Intake;
using Microsoft.Net.Http.Headers;

namespace EchoService.Downloads;

/// <summary>A request's list.</summary>
internal static class ListBody
{
    /// <summary>What reads this request's list; null: its content type is none of ours.</summary>
    public static ListReader? ReaderOf(HttpRequest request) => ListReaders.For(
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? type.MediaType.Value : null,
        request.BodyReader,
        request.Query.Select(parameter => KeyValuePair.Create(parameter.Key, parameter.Value.ToString())));
}
