namespace EchoService.Cli;

/// <summary>A SHA-256 as people write it: <c>sha256:…</c>, <c>sha-256=…</c> (as aria2 does) or the digits alone.</summary>
internal static class Checksum
{
    /// <param name="digits">64 lower-case hexadecimal digits.</param>
    public static bool TryParse(string text, out string digits)
    {
        digits = text.ToLowerInvariant();
        foreach (var prefix in (ReadOnlySpan<string>)["sha256", "sha-256"])
        {
            digits = digits.StartsWith(prefix, StringComparison.Ordinal) ? digits[prefix.Length..].TrimStart(':', '=') : digits;
        }

        return digits.Length == 64 && digits.All(char.IsAsciiHexDigit);
    }
}
