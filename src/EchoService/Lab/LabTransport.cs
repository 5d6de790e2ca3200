using System.Net;
using System.Net.Sockets;
using EchoService.Tcp;
using EchoService.Tcp.Faults;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace EchoService.Lab;

/// <summary>Kestrel's socket transport for the lab's listeners: numbers their connections for the faults.</summary>
internal sealed class LabTransport(ILoggerFactory loggers, ILogger<LabTransport> logger) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets = new(Options.Create(new SocketTransportOptions { CreateBoundListenSocket = Bind }), loggers);

    public bool CanBind(EndPoint endpoint) => endpoint is LabEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var wanted = (LabEndPoint)endpoint;
        try
        {
            var listener = await _sockets.BindAsync(wanted, cancellationToken);
            wanted.Server.Port = ((IPEndPoint)listener.EndPoint).Port;
            logger.Serving(wanted.Server.Name, listener.EndPoint);
            return new FaultListener(listener, wanted.Server.Faults);
        }
        catch (AddressInUseException exception) when (exception.InnerException is SocketException cause)
        {
            throw Refused(wanted, cause);
        }
        catch (SocketException cause)
        {
            throw Refused(wanted, cause);
        }
    }

    private static ListenException Refused(LabEndPoint wanted, SocketException cause) =>
        ListenException.For($"Lab server {wanted.Server.Name}", $"{LabOptions.Section}:Servers:{wanted.Server.Name}", At(wanted), cause);

    private static Socket Bind(EndPoint endpoint)
    {
        var wanted = (LabEndPoint)endpoint;
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(At(wanted));
        while (wanted is { Port: 0, IsTwin: false } && !ListenAddress.CanBind(IPAddress.IPv6Loopback, ((IPEndPoint)socket.LocalEndPoint!).Port))
        {
            // Free on the first loopback, taken on the second: another one.
            socket.Dispose();
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(At(wanted));
        }

        return socket;
    }

    private static IPEndPoint At(LabEndPoint wanted) => new(wanted.Address, wanted.Port == 0 && wanted.IsTwin ? wanted.Server.Port : wanted.Port);
}
