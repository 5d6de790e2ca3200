using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using System.Text;

namespace EchoService.Tests.Tcp.Proxy;

/// <summary>Writes version 2 headers, good and bad, independently of the code under test.</summary>
internal sealed class HeaderBytes
{
    public const byte Local = 0x20;
    public const byte Proxy = 0x21;

    private readonly List<byte> _body = [];

    public byte VersionAndCommand { get; init; } = Proxy;

    public byte FamilyAndTransport { get; init; } = 0x11;

    public static HeaderBytes Tcp4(string source = "203.0.113.7", string destination = "198.51.100.1", ushort sourcePort = 35646, ushort destinationPort = 443) =>
        new HeaderBytes().Addresses(source, destination, sourcePort, destinationPort);

    public static HeaderBytes Tcp6(string source = "2001:db8::7", string destination = "2001:db8::1", ushort sourcePort = 35646, ushort destinationPort = 443) =>
        new HeaderBytes { FamilyAndTransport = 0x21 }.Addresses(source, destination, sourcePort, destinationPort);

    public HeaderBytes Addresses(string source, string destination, ushort sourcePort, ushort destinationPort)
    {
        _body.AddRange(IPAddress.Parse(source).GetAddressBytes());
        _body.AddRange(IPAddress.Parse(destination).GetAddressBytes());
        return Raw([(byte)(sourcePort >> 8), (byte)sourcePort, (byte)(destinationPort >> 8), (byte)destinationPort]);
    }

    public HeaderBytes Raw(ReadOnlySpan<byte> bytes)
    {
        _body.AddRange(bytes);
        return this;
    }

    public HeaderBytes Tlv(byte type, ReadOnlySpan<byte> value) => Raw(TlvBytes(type, value));

    public HeaderBytes Tlv(byte type, string value) => Tlv(type, Encoding.UTF8.GetBytes(value));

    public static byte[] TlvBytes(byte type, ReadOnlySpan<byte> value) => [type, (byte)(value.Length >> 8), (byte)value.Length, .. value];

    public byte[] Build()
    {
        var fixedPart = new byte[16];
        "\r\n\r\n\0\r\nQUIT\n"u8.CopyTo(fixedPart);
        fixedPart[12] = VersionAndCommand;
        fixedPart[13] = FamilyAndTransport;
        BinaryPrimitives.WriteUInt16BigEndian(fixedPart.AsSpan(14), (ushort)_body.Count);
        return [.. fixedPart, .. _body];
    }

    /// <summary>With a checksum TLV at the end; <paramref name="flip"/> spoils it.</summary>
    public byte[] BuildWithChecksum(uint flip = 0)
    {
        var bytes = Tlv(3, [0, 0, 0, 0]).Build();
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(bytes.Length - 4), ~crc ^ flip);
        return bytes;
    }
}
