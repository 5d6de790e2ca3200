using System.Text;
using Microsoft.Net.Http.Headers;

namespace EchoService.Downloads;

/// <summary>The media type that an origin gave its file, as an answer of ours may carry it: origins write what they like, a header takes ASCII.</summary>
internal static class ForeignType
{
    private const string Unknown = "application/octet-stream";

    public static string Of(string? contentType) =>
        contentType is not null && Ascii.IsValid(contentType) && !contentType.Any(char.IsControl) && MediaTypeHeaderValue.TryParse(contentType, out _)
            ? contentType
            : Unknown;
}
