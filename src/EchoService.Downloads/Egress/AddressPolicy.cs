using System.Net;
using System.Net.Sockets;

namespace EchoService.Downloads.Egress;

/// <summary>Decides which addresses and ports may be connected to. Pure: no name is resolved here.</summary>
/// <remarks>
/// Public unicast addresses are open on the allowed ports, the networks that the operator lists on every port. A clouds' metadata
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
        // ::ffff:127.0.0.1 connects to 127.0.0.1.
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IsListed(address) || (IsPublic(address, port) && _ports.Contains(port));
    }

    private bool IsListed(IPAddress address)
    {
        var whole = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var metadata = SpecialNetworks.IsMetadata(address);
        return _networks.Any(network => network.Contains(address) && (!metadata || network.PrefixLength == whole));
    }

    private bool IsPublic(IPAddress address, int port)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return !SpecialNetworks.IsSpecial(address);
        }

        // A translator (NAT64) or a tunnel (ISATAP) delivers to the IPv4 address inside: that one has to be open too.
        if (EmbeddedIPv4.InNat64(address) is { } translated)
        {
            return Allows(translated, port);
        }

        return !SpecialNetworks.IsSpecial(address) && (EmbeddedIPv4.InIsatap(address) is not { } tunnelled || Allows(tunnelled, port));
    }
}
