using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EchoService.Cli;

/// <summary>The PROXY protocol's header for a connection of our own, so that a server behind a balancer can be asked without one.</summary>
internal static class ProxyHeaderText
{
    public static byte[] Make(string version, IPEndPoint source, IPEndPoint destination)
    {
        var (from, to) = (Plain(source), Plain(destination));
        return version == "v1" ? Version1(from, to) : Version2(from, to);
    }

    private static byte[] Version1(IPEndPoint from, IPEndPoint to) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"PROXY {(from.AddressFamily == AddressFamily.InterNetwork ? "TCP4" : "TCP6")} {from.Address} {to.Address} {from.Port} {to.Port}\r\n"));

    private static byte[] Version2(IPEndPoint from, IPEndPoint to)
    {
        var ipv4 = from.AddressFamily == AddressFamily.InterNetwork;
        byte[] addresses = [.. from.Address.GetAddressBytes(), .. to.Address.GetAddressBytes()];
        var header = new byte[16 + addresses.Length + 4];
        "\r\n\r\n\0\r\nQUIT\n"u8.CopyTo(header);
        header[12] = 0x21; // version 2, PROXY
        header[13] = (byte)(ipv4 ? 0x11 : 0x21); // TCP over IPv4 or IPv6
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), (ushort)(addresses.Length + 4));
        addresses.CopyTo(header, 16);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(16 + addresses.Length), (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(18 + addresses.Length), (ushort)to.Port);
        return header;
    }

    private static IPEndPoint Plain(IPEndPoint point) => point.Address.IsIPv4MappedToIPv6 ? new(point.Address.MapToIPv4(), point.Port) : point;
}
