using System.Net;

namespace EchoService.Tcp.Proxy;

/// <summary>The networks whose PROXY headers are believed.</summary>
internal sealed class TrustedNetworks(IEnumerable<string> networks)
{
    private readonly IPNetwork[] _networks = [.. networks.Select(text => TryParse(text, out var network) ? network : throw new FormatException(text))];

    /// <summary>A network such as <c>10.0.0.0/8</c>, or one address.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        if (text.Contains('/', StringComparison.Ordinal))
        {
            return IPNetwork.TryParse(text, out network);
        }

        var valid = IPAddress.TryParse(text, out var address);
        network = valid ? new IPNetwork(address!, address!.GetAddressBytes().Length * 8) : default;
        return valid;
    }

    public bool Contains(EndPoint? peer)
    {
        if (peer is not IPEndPoint { Address: var address })
        {
            return false;
        }

        address = Plain(address);
        foreach (var network in _networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The IPv4 address of a client on a dual-mode socket.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
