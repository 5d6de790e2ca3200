using System.Buffers;
using System.Text;

namespace EchoService.Downloads.Naming;

/// <summary>
/// The file name in a <c>Content-Disposition</c> header (RFC 6266 with RFC 8187). Strict: a header that does not follow the grammar is as good as
/// none. The header is given as ISO 8859-1, as it came.
/// </summary>
internal static class ContentDisposition
{
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>
    /// Without the folders before it. Null when there is none. <c>filename*</c> goes before <c>filename</c>; both count for every
    /// disposition type.
    /// </summary>
    public static string? FileName(string? header)
    {
        if (header is null || !TryParse(header, out var parameters))
        {
            return null;
        }

        var name = parameters.GetValueOrDefault("filename*") is { Quoted: false, Text: { } extended } ? ExtendedValue.Decode(extended) : null;
        name ??= parameters.GetValueOrDefault("filename").Text;
        name = name?[(name.AsSpan().LastIndexOfAny('/', '\\') + 1)..];
        return string.IsNullOrEmpty(name) ? null : name;
    }

    private static bool TryParse(ReadOnlySpan<char> rest, out Dictionary<string, (string Text, bool Quoted)> parameters)
    {
        parameters = new(StringComparer.OrdinalIgnoreCase);
        rest = rest.Trim([' ', '\t']);
        if (!TryTakeToken(ref rest, out _))
        {
            return false;
        }

        while (!(rest = rest.TrimStart([' ', '\t'])).IsEmpty)
        {
            if (!TryTakeParameter(ref rest, out var name, out var value) || !parameters.TryAdd(name, value))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryTakeParameter(ref ReadOnlySpan<char> rest, out string name, out (string Text, bool Quoted) value)
    {
        (name, value) = ("", default);
        if (!TryTake(ref rest, ';') || !TryTakeToken(ref rest, out name) || !TryTake(ref rest, '='))
        {
            return false;
        }

        rest = rest.TrimStart([' ', '\t']);
        value.Quoted = rest.StartsWith("\"");
        return value.Quoted ? TryTakeQuoted(ref rest, out value.Text) : TryTakeToken(ref rest, out value.Text);
    }

    private static bool TryTake(ref ReadOnlySpan<char> rest, char expected)
    {
        rest = rest.TrimStart([' ', '\t']);
        if (rest.IsEmpty || rest[0] != expected)
        {
            return false;
        }

        rest = rest[1..];
        return true;
    }

    private static bool TryTakeToken(ref ReadOnlySpan<char> rest, out string token)
    {
        rest = rest.TrimStart([' ', '\t']);
        var length = rest.IndexOfAnyExcept(Token);
        length = length < 0 ? rest.Length : length;
        token = rest[..length].ToString();
        rest = rest[length..];
        return length > 0;
    }

    private static bool TryTakeQuoted(ref ReadOnlySpan<char> rest, out string text)
    {
        var unescaped = new StringBuilder();
        for (var at = 1; at < rest.Length; at++)
        {
            if (rest[at] == '"')
            {
                rest = rest[(at + 1)..];
                text = unescaped.ToString();
                return true;
            }

            // A backslash that is the last character leaves the string open.
            at += rest[at] == '\\' ? 1 : 0;
            if (at == rest.Length || (rest[at] < ' ' && rest[at] != '\t') || rest[at] == '\x7F')
            {
                break;
            }

            unescaped.Append(rest[at]);
        }

        text = "";
        return false;
    }
}
