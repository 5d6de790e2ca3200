using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace EchoService.Tcp;

/// <summary>What counts as one client: an IPv4 address, or the upper half of an IPv6 address.</summary>
internal readonly record struct ClientNetwork(ulong Bits, bool IsIPv6)
{
    /// <summary>Null for a client without an IP address: such a one cannot be told from another.</summary>
    public static ClientNetwork? Of(EndPoint? client)
    {
        if (client is not IPEndPoint { Address: var address })
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[16];
        if (address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().TryWriteBytes(bytes, out _) ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes), IsIPv6: false) : null;
        }

        return address.TryWriteBytes(bytes, out _) ? new(BinaryPrimitives.ReadUInt64BigEndian(bytes), IsIPv6: true) : null;
    }
}
