using System.Globalization;
using System.Text;

namespace EchoService.Downloads.Naming;

/// <summary>An extended parameter value (RFC 8187): <c>UTF-8'en'%e2%82%ac%20rates</c>.</summary>
internal static class ExtendedValue
{
    private const string Unescaped = "!#$&+-.^_`|~";
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Null when it is not one, or not in a character set that the RFC names (UTF-8, and ISO-8859-1 of its predecessor).</summary>
    public static string? Decode(string value)
    {
        var parts = value.Split('\'');
        if (parts.Length != 3 || Bytes(parts[2]) is not { } bytes)
        {
            return null;
        }

        return parts[0].ToUpperInvariant() switch
        {
            "UTF-8" => Utf8(bytes),
            // Its octets 80 to 9F are control characters: text that holds them is in another character set.
            "ISO-8859-1" => Array.Exists(bytes, octet => octet is >= 0x80 and < 0xA0) ? null : Encoding.Latin1.GetString(bytes),
            _ => null,
        };
    }

    private static string? Utf8(byte[] bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static byte[]? Bytes(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '%')
            {
                if (!char.IsAsciiLetterOrDigit(text[at]) && !Unescaped.Contains(text[at], StringComparison.Ordinal))
                {
                    return null;
                }

                bytes.Add((byte)text[at]);
            }
            else if (at + 2 < text.Length && byte.TryParse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
            {
                bytes.Add(octet);
                at += 2;
            }
            else
            {
                return null;
            }
        }

        return [.. bytes];
    }
}
