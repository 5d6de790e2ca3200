using System.Net;
using System.Net.Sockets;

namespace EchoService.Tcp;

/// <summary>An address as configuration writes it: <c>localhost</c>, <c>*</c> or an IP.</summary>
public static class ListenAddress
{
    /// <summary>The addresses to listen on, in order; none when <paramref name="text"/> is no address.</summary>
    public static IReadOnlyList<IPAddress> Parse(string? text) => text switch
    {
        "localhost" => [IPAddress.Loopback, IPAddress.IPv6Loopback],
        "*" => [IPAddress.IPv6Any],
        _ when IPAddress.TryParse(text, out var address) => [address],
        _ => [],
    };

    /// <summary>Those of <see cref="Parse"/> that this machine has: where IPv6 is switched off, <c>localhost</c> and <c>*</c> are IPv4 alone.</summary>
    public static IReadOnlyList<IPAddress> Here(string? text) => text switch
    {
        "localhost" when !CanBind(IPAddress.IPv6Loopback, 0) => [IPAddress.Loopback],
        "*" when !CanBind(IPAddress.IPv6Any, 0) => [IPAddress.Any],
        _ => Parse(text),
    };

    /// <summary>Whether <paramref name="port"/> (0: any) can be had there now.</summary>
    public static bool CanBind(IPAddress address, int port)
    {
        try
        {
            using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Two listeners on one port would be in each other's way.</summary>
    public static bool Overlap(string? first, string? second) =>
        Parse(first).Any(a => Parse(second).Any(b => a.Equals(b) || IsAny(a, b) || IsAny(b, a)));

    private static bool IsAny(IPAddress address, IPAddress other) =>
        address.Equals(IPAddress.IPv6Any) || (address.Equals(IPAddress.Any) && other.AddressFamily == address.AddressFamily);
}
