using System.Net;
using System.Net.Sockets;
using EchoService.Tcp;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace EchoService.Http;

/// <summary>Binds HTTP's listeners. Where a free port is asked for on both loopbacks, it is one that is free on both.</summary>
internal sealed class HttpSockets(HttpOptions options)
{
    private readonly bool _twins = options.Port == 0 && ListenAddress.Here(options.Address).Count > 1;
    private int _port = options.Port;

    public Socket Bind(EndPoint endPoint)
    {
        if (endPoint is not IPEndPoint wanted)
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        }

        try
        {
            return _twins && wanted.Port == 0 ? BindTwin(wanted.Address) : SocketTransportOptions.CreateDefaultBoundListenSocket(wanted);
        }
        catch (SocketException cause)
        {
            throw ListenException.For("HTTP", HttpOptions.Section, wanted, cause);
        }
    }

    /// <summary>The first of the two chooses the port.</summary>
    private Socket BindTwin(IPAddress address)
    {
        while (true)
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(new IPEndPoint(address, _port));
            var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            if (_port != 0 || ListenAddress.CanBind(IPAddress.IPv6Loopback, port))
            {
                _port = port;
                return socket;
            }

            socket.Dispose();
        }
    }
}
