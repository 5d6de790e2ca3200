namespace EchoService.Downloads.Intake;

/// <summary>The request headers that a job or an item may set.</summary>
internal static class HeaderRules
{
    private const int MaxHeaders = 50;
    private const int MaxHeaderBytes = 8192;

    // These frame the message or belong to the engine (ranges, encodings): a job that set them would break both.
    private static readonly HashSet<string> s_reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "TE", "Trailer", "Keep-Alive", "Proxy-Authorization",
        "Proxy-Connection", "Range", "If-Range", "Accept-Encoding", "Expect",
    };

    /// <summary>What is wrong with them; null: nothing.</summary>
    public static string? Problem(IReadOnlyDictionary<string, string> headers)
    {
        if (headers.Count > MaxHeaders || headers.Sum(header => header.Key.Length + header.Value.Length) > MaxHeaderBytes)
        {
            return "At most 50 headers of 8 KiB together.";
        }

        foreach (var (name, value) in headers)
        {
            if (name.Length == 0 || !name.All(IsTokenCharacter))
            {
                return $"'{name}' is no header name.";
            }

            if (s_reserved.Contains(name))
            {
                return $"'{name}' is set by the service itself.";
            }

            if (value.Any(character => character != '\t' && (char.IsControl(character) || character > '~')))
            {
                return $"The value of '{name}' may hold printable ASCII only.";
            }
        }

        return null;
    }

    /// <summary>RFC 9110, 5.6.2.</summary>
    private static bool IsTokenCharacter(char character) =>
        char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character, StringComparison.Ordinal);
}
