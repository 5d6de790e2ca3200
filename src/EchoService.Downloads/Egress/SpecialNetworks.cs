using System.Net;
using System.Net.Sockets;

namespace EchoService.Downloads.Egress;

/// <summary>
/// What is not public unicast: the IANA special-purpose address registries (iana-ipv4-special-registry and iana-ipv6-special-registry, as of
/// October 2025), multicast and reserved space, and the clouds' metadata addresses. Blocks that the registries call globally reachable but that
/// serve only anycast infrastructure (inside 192.0.0.0/24 and 2001::/23) stay blocked with the block around them.
/// </summary>
internal static class SpecialNetworks
{
    private static readonly IPNetwork[] IPv4 = Parse(
        "0.0.0.0/8", // this network; 0.0.0.0 reaches loopback
        "10.0.0.0/8", // private (RFC 1918)
        "100.64.0.0/10", // shared by carriers (RFC 6598)
        "127.0.0.0/8", // loopback
        "169.254.0.0/16", // link-local (RFC 3927)
        "172.16.0.0/12", // private
        "192.0.0.0/24", // IETF protocol assignments (RFC 6890)
        "192.0.2.0/24", // documentation (RFC 5737)
        "192.88.99.0/24", // 6to4 relays, deprecated (RFC 7526)
        "192.168.0.0/16", // private
        "198.18.0.0/15", // benchmarks (RFC 2544)
        "198.51.100.0/24", // documentation
        "203.0.113.0/24", // documentation
        "224.0.0.0/4", // multicast
        "240.0.0.0/4"); // reserved, and the limited broadcast

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] IPv6 = Parse(
        "2001::/23", // IETF protocol assignments: Teredo, benchmarks, ORCHID …
        "2001:db8::/32", // documentation (RFC 3849)
        "2002::/16", // 6to4 (RFC 3056)
        "3fff::/20"); // documentation (RFC 9637)

    private static readonly IPAddress[] Metadata =
    [
        IPAddress.Parse("169.254.169.254"), // AWS, Azure, Google Cloud, OpenStack, DigitalOcean
        IPAddress.Parse("169.254.170.2"), // AWS ECS credentials
        IPAddress.Parse("168.63.129.16"), // Azure's host, in public space
        IPAddress.Parse("100.100.100.200"), // Alibaba Cloud
        IPAddress.Parse("192.0.0.192"), // Oracle Cloud
        IPAddress.Parse("fd00:ec2::254"), // AWS
        IPAddress.Parse("fd20:ce::254"), // Google Cloud
    ];

    public static bool IsMetadata(IPAddress address) => Array.IndexOf(Metadata, address) >= 0;

    public static bool IsSpecial(IPAddress address) =>
        IsMetadata(address) || (address.AddressFamily == AddressFamily.InterNetwork
            ? Array.Exists(IPv4, network => network.Contains(address))
            : !GlobalUnicast.Contains(address) || Array.Exists(IPv6, network => network.Contains(address)));

    private static IPNetwork[] Parse(params string[] networks) => [.. networks.Select(network => IPNetwork.Parse(network))];
}
