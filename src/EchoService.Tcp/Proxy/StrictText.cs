using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace EchoService.Tcp.Proxy;

/// <summary>
/// Addresses and ports as version 1 allows them. <see cref="IPAddress.TryParse(string?, out IPAddress?)"/> is too kind for it: it takes
/// octal, short and hexadecimal IPv4 forms, brackets and zones.
/// </summary>
internal static class StrictText
{
    private static readonly SearchValues<byte> HexadecimalDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    public static bool TryAddress(ReadOnlySpan<byte> text, ProxyFamily family, out IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes = family == ProxyFamily.Inet ? bytes[..4] : bytes;
        var valid = family == ProxyFamily.Inet ? TryInet(text, bytes) : TryInet6(text, bytes);
        address = valid ? new IPAddress(bytes) : null;
        return valid;
    }

    public static bool TryPort(ReadOnlySpan<byte> text, out ushort port)
    {
        var valid = TryNumber(text, ushort.MaxValue, out var number);
        port = (ushort)number;
        return valid;
    }

    /// <summary>Decimal digits only, no leading zero, at most <paramref name="max"/>.</summary>
    private static bool TryNumber(ReadOnlySpan<byte> text, int max, out int number)
    {
        number = 0;
        if (text.IsEmpty || text.Length > 5 || (text.Length > 1 && text[0] == '0'))
        {
            return false;
        }

        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            number = (number * 10) + digit - '0';
        }

        return number <= max;
    }

    private static bool TryInet(ReadOnlySpan<byte> text, Span<byte> bytes)
    {
        var count = 0;
        foreach (var range in text.Split((byte)'.'))
        {
            if (count == 4 || !TryNumber(text[range], byte.MaxValue, out var part))
            {
                return false;
            }

            bytes[count++] = (byte)part;
        }

        return count == 4;
    }

    private static bool TryInet6(ReadOnlySpan<byte> text, Span<byte> bytes)
    {
        bytes.Clear();
        var gap = text.IndexOf("::"u8);
        if (gap < 0)
        {
            return TryGroups(text, bytes, out var all) && all == 16;
        }

        Span<byte> tail = stackalloc byte[16];
        var before = text[..gap];
        var after = text[(gap + 2)..];
        var head = 0;
        var rest = 0;
        if ((!before.IsEmpty && (before.Contains((byte)'.') || !TryGroups(before, bytes, out head))) || (!after.IsEmpty && !TryGroups(after, tail, out rest)))
        {
            return false;
        }

        // The gap stands for at least one group of zeroes.
        if (head + rest > 14)
        {
            return false;
        }

        tail[..rest].CopyTo(bytes[^rest..]);
        return true;
    }

    /// <summary>
    /// Groups of one to four hexadecimal digits with single colons between. The last one may be a dotted IPv4 address: HAProxy
    /// itself writes mapped addresses so.
    /// </summary>
    private static bool TryGroups(ReadOnlySpan<byte> text, Span<byte> bytes, out int written)
    {
        written = 0;
        foreach (var range in text.Split((byte)':'))
        {
            var group = text[range];
            if (written <= 12 && range.End.GetOffset(text.Length) == text.Length && TryInet(group, bytes[written..]))
            {
                written += 4;
                return true;
            }

            if (written > 14 || !TryGroup(group, bytes[written..]))
            {
                return false;
            }

            written += 2;
        }

        return true;
    }

    private static bool TryGroup(ReadOnlySpan<byte> group, Span<byte> bytes)
    {
        if (group.Length is 0 or > 4 || group.ContainsAnyExcept(HexadecimalDigits))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt16BigEndian(bytes, ushort.Parse(group, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        return true;
    }
}
