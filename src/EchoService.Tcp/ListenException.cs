using System.Net;
using System.Net.Sockets;

namespace EchoService.Tcp;

/// <summary>A port cannot be had. The message is one line for the person who started the service; the exit code is 3.</summary>
public sealed class ListenException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <param name="who">As the line begins: <c>Channel echo</c>.</param>
    /// <param name="section">Where its <c>Port</c> and <c>Address</c> are configured.</param>
    internal static ListenException For(string who, string section, IPEndPoint endPoint, SocketException cause)
    {
        var why = cause.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"another program uses port {endPoint.Port}; stop it, or set {section}:Port",
            SocketError.AccessDenied => $"port {endPoint.Port} needs a privilege that this user has not; set {section}:Port to one above 1023",
            SocketError.AddressNotAvailable => $"this machine has no such address; set {section}:Address",
            _ => cause.Message,
        };
        return new($"{who} cannot listen on {endPoint}: {why}", cause);
    }
}
