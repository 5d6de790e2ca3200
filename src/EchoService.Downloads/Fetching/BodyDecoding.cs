using System.IO.Compression;

namespace EchoService.Downloads.Fetching;

/// <summary>Decodes compressed bodies where a page is shown rather than saved. The reader counts what comes out, so a bomb ends at the limit.</summary>
internal static class BodyDecoding
{
    /// <summary>What is asked for: <c>Accept-Encoding</c>.</summary>
    public const string Accepted = "gzip, br";

    public static bool CanDecode(string? contentEncoding) => contentEncoding?.ToUpperInvariant() is "GZIP" or "X-GZIP" or "BR";

    /// <summary>The decoded stream for a coding that can be decoded.</summary>
    public static Stream Decode(Stream body, string contentEncoding) => contentEncoding.ToUpperInvariant() is "BR"
        ? new BrotliStream(body, CompressionMode.Decompress)
        : new GZipStream(body, CompressionMode.Decompress);
}
