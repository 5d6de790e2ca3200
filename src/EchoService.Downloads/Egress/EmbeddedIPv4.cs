using System.Net;
using System.Net.Sockets;

namespace EchoService.Downloads.Egress;

/// <summary>
/// IPv4 addresses inside IPv6 ones that a network may deliver to. The other forms (IPv4-compatible, 6to4, Teredo, the local-use NAT64
/// prefix) are never public and need no look inside: see <see cref="SpecialNetworks"/>.
/// </summary>
internal static class EmbeddedIPv4
{
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>RFC 6052's well-known prefix: the last 32 bits. With DNS64 every IPv4-only host is reached so.</summary>
    public static IPAddress? InNat64(IPAddress address) => Nat64.Contains(address) ? LastFourBytes(address) : null;

    /// <summary>RFC 5214: an interface identifier of (02)00:5efe and the IPv4 address, under any prefix.</summary>
    public static IPAddress? InIsatap(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        return (bytes[8] & 0xFD) == 0 && bytes[9] == 0 && bytes[10] == 0x5E && bytes[11] == 0xFE ? LastFourBytes(address) : null;
    }

    private static IPAddress LastFourBytes(IPAddress address) => new(address.GetAddressBytes().AsSpan(12));
}
