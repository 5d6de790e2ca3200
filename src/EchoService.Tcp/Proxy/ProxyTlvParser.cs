using System.Buffers.Binary;
using System.Numerics;

namespace EchoService.Tcp.Proxy;

/// <summary>The TLVs behind the addresses of a version 2 header. A checksum among them covers the whole header.</summary>
internal static class ProxyTlvParser
{
    private const int TlvHeaderLength = 3;

    /// <summary>Client flags (1 byte) and verify result (4 bytes) before the sub-TLVs.</summary>
    private const int SslFixedLength = 5;

    /// <summary>The specification's bound for a unique identifier, in bytes.</summary>
    private const int MaxUniqueIdLength = 128;

    public static ProxyHeaderError Parse(byte[] header, int start, out IReadOnlyList<ProxyTlv> tlvs)
    {
        if (!TrySplit(header.AsMemory(start), out tlvs))
        {
            return ProxyHeaderError.Tlv;
        }

        var checksums = 0;
        foreach (var tlv in tlvs)
        {
            if (tlv.Type == ProxyTlvType.Crc32C && ++checksums > 1)
            {
                return ProxyHeaderError.Tlv;
            }
        }

        return checksums == 0 || ChecksumHolds(header, start) ? ProxyHeaderError.None : ProxyHeaderError.Checksum;
    }

    private static bool TrySplit(ReadOnlyMemory<byte> block, out IReadOnlyList<ProxyTlv> tlvs)
    {
        var list = new List<ProxyTlv>();
        tlvs = list;
        while (!block.IsEmpty)
        {
            var length = block.Length < TlvHeaderLength ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(block.Span[1..]);
            if (length > block.Length - TlvHeaderLength || !TryRead(block.Span[0], block.Slice(TlvHeaderLength, length), out var tlv))
            {
                return false;
            }

            list.Add(tlv!);
            block = block[(TlvHeaderLength + length)..];
        }

        return true;
    }

    private static bool TryRead(byte type, ReadOnlyMemory<byte> value, out ProxyTlv? tlv)
    {
        tlv = null;
        if ((type == ProxyTlvType.Crc32C && value.Length != 4) || (type == ProxyTlvType.UniqueId && value.Length > MaxUniqueIdLength))
        {
            return false;
        }

        if (type != ProxyTlvType.Ssl)
        {
            tlv = new ProxyTlv(type, value);
            return true;
        }

        if (value.Length < SslFixedLength || !TrySplitInner(value[SslFixedLength..], out var inner))
        {
            return false;
        }

        tlv = new ProxyTlv(type, value, new ProxySsl(value.Span[0], BinaryPrimitives.ReadUInt32BigEndian(value.Span[1..]), inner));
        return true;
    }

    /// <summary>Sub-TLVs are one level deep: an SSL type among them is kept as it is, so that a header cannot nest without end.</summary>
    private static bool TrySplitInner(ReadOnlyMemory<byte> block, out IReadOnlyList<ProxyTlv> tlvs)
    {
        var list = new List<ProxyTlv>();
        tlvs = list;
        while (block.Length >= TlvHeaderLength)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(block.Span[1..]);
            if (length > block.Length - TlvHeaderLength)
            {
                return false;
            }

            list.Add(new ProxyTlv(block.Span[0], block.Slice(TlvHeaderLength, length)));
            block = block[(TlvHeaderLength + length)..];
        }

        return block.IsEmpty;
    }

    /// <summary>CRC32C (RFC 4960, appendix B) of the header with the checksum's own four bytes taken as zero.</summary>
    private static bool ChecksumHolds(ReadOnlySpan<byte> header, int start)
    {
        var position = start;
        while (header[position] != ProxyTlvType.Crc32C)
        {
            position += TlvHeaderLength + BinaryPrimitives.ReadUInt16BigEndian(header[(position + 1)..]);
        }

        var field = position + TlvHeaderLength;
        var crc = uint.MaxValue;
        for (var i = 0; i < header.Length; i++)
        {
            crc = BitOperations.Crc32C(crc, i >= field && i < field + 4 ? (byte)0 : header[i]);
        }

        return ~crc == BinaryPrimitives.ReadUInt32BigEndian(header[field..]);
    }
}
