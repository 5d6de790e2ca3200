using System.Net;
using System.Net.Sockets;

namespace EchoService.Downloads.Egress;

/// <summary>Decides which addresses and ports may be connected to. Pure: no name is resolved here.</summary>
/// <remarks>
/// Public unicast addresses are open on the allowed ports, the networks that the operator lists on every port. A cloud's metadata
/// address stays blocked inside a wider listed network; it opens only when it is listed by itself.
/// </remarks>
internal sealed class AddressPolicy
{
    private static readonly int[] DefaultPorts = [80, 443];
    private readonly IPNetwork[] _networks;
    private readonly HashSet<int> _ports;

    public AddressPolicy(EgressOptions options)
    {
        _networks = [.. options.AllowedNetworks.Select(NetworkText.Parse)];
        _ports = [.. options.AllowedPorts.Count == 0 ? DefaultPorts : options.AllowedPorts];
    }

    public bool Allows(IPAddress address, int port)
    {
        // A zone changes nothing about where an address is, but makes it unequal to the one that is blocked.
        address = address is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 } ? new IPAddress(address.GetAddressBytes()) : address;

        // ::ffff:127.0.0.1 connects to 127.0.0.1; and IPNetwork (.NET 10.0) finds ::ffff:10.0.0.1 in 2000::/3, so no mapped form may get further.
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IsListed(address))
        {
            return true;
        }

        // A translator (NAT64) delivers to the IPv4 address inside; a tunnel (ISATAP) may.
        if (EmbeddedIPv4.InNat64(address) is { } translated)
        {
            return Allows(translated, port);
        }

        var tunnelled = EmbeddedIPv4.InIsatap(address);
        return !SpecialNetworks.IsSpecial(address) && _ports.Contains(port) && (tunnelled is null || Allows(tunnelled, port));
    }

    private bool IsListed(IPAddress address)
    {
        var whole = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var metadata = SpecialNetworks.IsMetadata(address);
        return _networks.Any(network => network.Contains(address) && (!metadata || network.PrefixLength == whole));
    }
}
