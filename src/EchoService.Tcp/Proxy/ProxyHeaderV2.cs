using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace EchoService.Tcp.Proxy;

/// <summary>The binary header (proxy-protocol.txt, section 2.2): 16 fixed bytes, the addresses of the family, TLVs.</summary>
internal static class ProxyHeaderV2
{
    public const int SignatureLength = 12;
    private const int FixedLength = 16;
    private const int UnixPathLength = 108;

    public static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Length of the whole header; 0 while its fixed part has not come. What is wrong there is said at once.</summary>
    public static int Measure(in ReadOnlySequence<byte> input, out ProxyHeaderError error)
    {
        Span<byte> begin = stackalloc byte[FixedLength];
        var available = (int)Math.Min(input.Length, FixedLength);
        input.Slice(0, available).CopyTo(begin);
        error = CheckFixedPart(begin[..available]);
        if (available < FixedLength || error != ProxyHeaderError.None)
        {
            return 0;
        }

        var length = FixedLength + BinaryPrimitives.ReadUInt16BigEndian(begin[14..]);
        error = length > ProxyHeaderParser.MaxLength ? ProxyHeaderError.TooLong : ProxyHeaderError.None;
        return length;
    }

    public static ProxyHeaderError Parse(byte[] bytes, out ProxyHeader? header)
    {
        var family = (ProxyFamily)(bytes[13] >> 4);
        var transport = (ProxyTransport)(bytes[13] & 0xF);
        header = new ProxyHeader(2, (ProxyCommand)(bytes[12] & 0xF), family, transport);

        // LOCAL: "discard the protocol block including the family which is ignored".
        if (header.Command == ProxyCommand.Local)
        {
            header = header with { Family = ProxyFamily.Unspec, Transport = ProxyTransport.Unspec };
            return ProxyHeaderError.None;
        }

        var addresses = AddressLength(family);
        if (bytes.Length < FixedLength + addresses)
        {
            return ProxyHeaderError.TooShort;
        }

        var block = bytes.AsSpan(FixedLength, addresses);
        header = family == ProxyFamily.Unix ? WithPaths(header, block) : WithEndPoints(header, block);
        var error = ProxyTlvParser.Parse(bytes, FixedLength + addresses, out var tlvs);

        // Of an unspecified family nobody knows how long the addresses are: what is no TLV there is ignored, as the specification asks.
        if (family == ProxyFamily.Unspec && error == ProxyHeaderError.Tlv)
        {
            return ProxyHeaderError.None;
        }

        header = header with { Tlvs = tlvs };
        return error;
    }

    private static ProxyHeaderError CheckFixedPart(ReadOnlySpan<byte> begin)
    {
        if (begin.Length > 12)
        {
            if (begin[12] >> 4 != 2)
            {
                return ProxyHeaderError.Version;
            }

            if ((begin[12] & 0xF) > (int)ProxyCommand.Proxy)
            {
                return ProxyHeaderError.Command;
            }
        }

        if (begin.Length > 13 && (begin[12] & 0xF) == (int)ProxyCommand.Proxy)
        {
            if (begin[13] >> 4 > (int)ProxyFamily.Unix)
            {
                return ProxyHeaderError.Family;
            }

            if ((begin[13] & 0xF) > (int)ProxyTransport.Dgram)
            {
                return ProxyHeaderError.Transport;
            }
        }

        return ProxyHeaderError.None;
    }

    private static int AddressLength(ProxyFamily family) => family switch
    {
        ProxyFamily.Inet => (2 * 4) + (2 * 2),
        ProxyFamily.Inet6 => (2 * 16) + (2 * 2),
        ProxyFamily.Unix => 2 * UnixPathLength,
        _ => 0,
    };

    private static ProxyHeader WithEndPoints(ProxyHeader header, ReadOnlySpan<byte> block)
    {
        // An unspecified transport: "the receiver should ignore address information".
        if (header.Family == ProxyFamily.Unspec || header.Transport == ProxyTransport.Unspec)
        {
            return header;
        }

        var size = header.Family == ProxyFamily.Inet ? 4 : 16;
        var ports = block[(2 * size)..];
        return header with
        {
            Source = new IPEndPoint(new IPAddress(block[..size]), BinaryPrimitives.ReadUInt16BigEndian(ports)),
            Destination = new IPEndPoint(new IPAddress(block[size..(2 * size)]), BinaryPrimitives.ReadUInt16BigEndian(ports[2..])),
        };
    }

    private static ProxyHeader WithPaths(ProxyHeader header, ReadOnlySpan<byte> block) => header with
    {
        SourcePath = PathOf(block[..UnixPathLength]),
        DestinationPath = PathOf(block[UnixPathLength..]),
    };

    private static string PathOf(ReadOnlySpan<byte> padded)
    {
        var text = padded.TrimEnd((byte)0);
        return text.IsEmpty || text[0] != 0 ? Encoding.UTF8.GetString(text[..Terminated(text)]) : "@" + Encoding.UTF8.GetString(text[1..]);
    }

    private static int Terminated(ReadOnlySpan<byte> text) => text.IndexOf((byte)0) is var end and >= 0 ? end : text.Length;
}
