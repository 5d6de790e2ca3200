using System.Net;
using System.Net.Sockets;

namespace EchoService.Tcp;

/// <summary>A channel's port cannot be had. The message is one line for the person who started the service; the exit code is 3.</summary>
public sealed class ListenException(string message, Exception? inner = null) : Exception(message, inner)
{
    internal static ListenException For(string channel, IPEndPoint endPoint, SocketException cause)
    {
        var why = cause.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"another program uses port {endPoint.Port}; stop it, or set Tcp:Channels:{channel}:Port",
            SocketError.AccessDenied => $"port {endPoint.Port} needs a privilege that this user has not; set Tcp:Channels:{channel}:Port to one above 1023",
            SocketError.AddressNotAvailable => $"this machine has no such address; set Tcp:Channels:{channel}:Address",
            _ => cause.Message,
        };
        return new($"Channel {channel} cannot listen on {endPoint}: {why}", cause);
    }
}
