namespace EchoService.Downloads;

/// <summary>A line as GNU <c>sha256sum</c> writes it: a name that would break the line is escaped, and a backslash before the digest says so.</summary>
internal static class ChecksumLine
{
    public static string Of(string sha256, string name)
    {
        var escaped = name.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\r", "\\r", StringComparison.Ordinal);
        return $"{(escaped.Length == name.Length ? "" : "\\")}{sha256}  {escaped}\n";
    }
}
