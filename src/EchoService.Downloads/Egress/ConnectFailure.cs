using System.Net.Sockets;
using EchoService.Downloads.Fetching;

namespace EchoService.Downloads.Egress;

/// <summary>Says why there is no connection, in the item's terms. Addresses stay out of the texts: they are internal detail.</summary>
internal static class ConnectFailure
{
    public static FetchError NoSuchName => new(ErrorCode.Dns, "The host's name does not exist.", Transport: true);

    public static FetchError TooSlow => new(ErrorCode.Connect, "The host took too long to connect.", Transient: true, Transport: true);

    public static FetchError Blocked(int port) =>
        new(ErrorCode.BlockedAddress, $"The host's address, or port {port}, is not one that may be fetched from.");

    public static FetchError OfResolution(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.HostNotFound => NoSuchName,
        SocketError.NoData => new(ErrorCode.Dns, "The host's name has no address.", Transport: true),
        _ => new(ErrorCode.Dns, "The host's name could not be resolved at the moment.", Transient: true, Transport: true),
    };

    public static FetchError OfConnection(SocketException? e) => new(
        ErrorCode.Connect,
        e?.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "The host refused the connection.",
            SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown => "The host cannot be reached.",
            SocketError.TimedOut => "The host took too long to connect.",
            _ => "The host could not be connected to.",
        },
        Transient: true,
        Transport: true);
}
