using System.Buffers;
using System.Net;

namespace EchoService.Tcp.Proxy;

/// <summary>The text header: <c>PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n</c> (proxy-protocol.txt, section 2.1).</summary>
internal static class ProxyHeaderV1
{
    /// <summary>The worst case of the specification, CR LF included: UNKNOWN with two full IPv6 addresses.</summary>
    public const int MaxLength = 107;

    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    /// <summary>The space belongs to it: after "PROXY" exactly one follows.</summary>
    public static ReadOnlySpan<byte> Signature => "PROXY "u8;

    /// <summary>Length of the line with its CR LF; 0 while that has not come.</summary>
    public static int Measure(in ReadOnlySequence<byte> input, out ProxyHeaderError error)
    {
        Span<byte> line = stackalloc byte[MaxLength];
        var available = (int)Math.Min(input.Length, MaxLength);
        input.Slice(0, available).CopyTo(line);
        var end = line[..available].IndexOfAny(LineEnds);

        // A CR as the 107th byte is too late for its LF.
        error = (end, available) switch
        {
            (-1, MaxLength) or (MaxLength - 1, _) => ProxyHeaderError.LineTooLong,
            (-1, _) => ProxyHeaderError.None,
            _ when line[end] == '\n' => ProxyHeaderError.LineEnd,
            _ when end + 1 < available && line[end + 1] != '\n' => ProxyHeaderError.LineEnd,
            _ => ProxyHeaderError.None,
        };
        return end < 0 || end + 1 == available ? 0 : end + 2;
    }

    public static ProxyHeaderError Parse(ReadOnlySpan<byte> line, out ProxyHeader? header)
    {
        header = null;
        var rest = line[Signature.Length..^2];

        // After UNKNOWN everything up to the line's end is ignored.
        if (rest.SequenceEqual("UNKNOWN"u8) || rest.StartsWith("UNKNOWN "u8))
        {
            header = new ProxyHeader(1, ProxyCommand.Proxy, ProxyFamily.Unspec, ProxyTransport.Unspec);
            return ProxyHeaderError.None;
        }

        Span<Range> fields = stackalloc Range[6];
        if (rest.Split((byte)' ', fields) != 5)
        {
            return ProxyHeaderError.Fields;
        }

        if (!TryFamily(rest[fields[0]], out var family))
        {
            return ProxyHeaderError.Fields;
        }

        if (!StrictText.TryAddress(rest[fields[1]], family, out var source) || !StrictText.TryAddress(rest[fields[2]], family, out var destination))
        {
            return ProxyHeaderError.Address;
        }

        if (!StrictText.TryPort(rest[fields[3]], out var sourcePort) || !StrictText.TryPort(rest[fields[4]], out var destinationPort))
        {
            return ProxyHeaderError.Port;
        }

        header = new ProxyHeader(
            1, ProxyCommand.Proxy, family, ProxyTransport.Stream, new IPEndPoint(source!, sourcePort), new IPEndPoint(destination!, destinationPort));
        return ProxyHeaderError.None;
    }

    private static bool TryFamily(ReadOnlySpan<byte> field, out ProxyFamily family)
    {
        family = field.SequenceEqual("TCP4"u8) ? ProxyFamily.Inet : field.SequenceEqual("TCP6"u8) ? ProxyFamily.Inet6 : ProxyFamily.Unspec;
        return family != ProxyFamily.Unspec;
    }

    /// <summary>Ranges of the fields between single spaces; one more than there is room for means too many.</summary>
    private static int Split(this ReadOnlySpan<byte> text, byte separator, Span<Range> fields)
    {
        var count = 0;
        foreach (var range in text.Split(separator))
        {
            if (count == fields.Length)
            {
                return count;
            }

            fields[count++] = range;
        }

        return count;
    }
}
