using System.Buffers;

namespace EchoService.Downloads.Fetching;

/// <summary>Headers that a job gives along with its URLs.</summary>
internal static class FetchHeaders
{
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // The framing, the connection, the range and the coding are the fetcher's own business.
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "If-Range", "Keep-Alive", "Proxy-Authorization",
        "Proxy-Connection", "Range", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    // Whatever else a job gives may be a key (Authorization, Cookie, X-Api-Key …) and stays with the origin that it was given for.
    private static readonly HashSet<string> ForEveryOrigin = new(StringComparer.OrdinalIgnoreCase) { "Accept", "Accept-Language", "User-Agent" };

    /// <summary>Null when the header may be sent, else why not.</summary>
    public static string? ReasonAgainst(string name, string value)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(Token))
        {
            return "This is no valid header name.";
        }

        if (Reserved.Contains(name))
        {
            return "This header is set by the service itself.";
        }

        return value.AsSpan().ContainsAnyExceptInRange(' ', '~') ? "The value may hold printable ASCII characters only." : null;
    }

    /// <param name="sameOrigin">False after a redirect to another origin: only what tells no secret goes along.</param>
    public static void Apply(HttpRequestMessage message, IReadOnlyDictionary<string, string>? headers, bool sameOrigin)
    {
        foreach (var (name, value) in headers ?? new Dictionary<string, string>())
        {
            if (ReasonAgainst(name, value) is null && (sameOrigin || ForEveryOrigin.Contains(name)))
            {
                message.Headers.Remove(name);
                message.Headers.TryAddWithoutValidation(name, value);
            }
        }
    }
}
