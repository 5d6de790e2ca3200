using System.Net;

namespace EchoService.Downloads.Egress;

/// <summary>A network as the operator writes it: <c>10.0.0.0/8</c>, or one address alone.</summary>
internal static class NetworkText
{
    public static bool TryParse(string? text, out IPNetwork network)
    {
        if (!IPNetwork.TryParse(text, out network))
        {
            if (!IPAddress.TryParse(text, out var address) || address.ScopeIdOrZero() != 0)
            {
                return false;
            }

            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        // Addresses are compared in their IPv4 form, so a network of mapped ones would match nothing.
        return !network.BaseAddress.IsIPv4MappedToIPv6;
    }

    public static IPNetwork Parse(string text) =>
        TryParse(text, out var network) ? network : throw new FormatException($"'{text}' is no network");

    private static long ScopeIdOrZero(this IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
}
