using System.Net;
using System.Net.Sockets;
using EchoService.Tcp.Faults;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EchoService.Tcp;

/// <summary>
/// Kestrel's socket transport once more, for the channels alone, so that its settings touch no HTTP connection.
/// </summary>
internal sealed class ChannelTransport(IOptionsFactory<SocketTransportOptions> options, ILoggerFactory loggers, ILogger<ChannelTransport> logger)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets = new(Options.Create(Settings(options)), loggers);

    public bool CanBind(EndPoint endpoint) => endpoint is ChannelEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var wanted = (ChannelEndPoint)endpoint;
        try
        {
            var listener = await _sockets.BindAsync(wanted, cancellationToken);
            var bound = (IPEndPoint)listener.EndPoint;
            wanted.BoundPort = bound.Port;
            wanted.Channel.Bound(bound, isLast: wanted.IsLast);
            logger.Serving(wanted.Channel.Name, bound.ToString());
            return new FaultListener(listener, wanted.Channel.Faults);
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

    private static ListenException Refused(ChannelEndPoint wanted, SocketException cause) =>
        ListenException.For($"Channel {wanted.Channel.Name}", $"Tcp:Channels:{wanted.Channel.Name}", At(wanted), cause);

    private static SocketTransportOptions Settings(IOptionsFactory<SocketTransportOptions> options)
    {
        // From the factory, not new: Kestrel's own set-up puts its memory pool in. Without it every few messages allocate a block.
        var settings = options.Create(Options.DefaultName);

        // A flush then ends when the socket has taken the bytes, not before: only so can a FIN follow the last reply.
        settings.MaxWriteBufferSize = 1;

        // What a client may have under way beside the kernel's buffers; the default of 1 MB makes slow readers dear.
        settings.MaxReadBufferSize = 64 << 10;

        // As many as the kernel allows (net.core.somaxconn). With 512, a burst of clients overflows the queue: some believe that they are
        // connected while the kernel has dropped their last packet, and are accepted 1, 3, 7 or 15 seconds later.
        settings.Backlog = int.MaxValue;
        settings.CreateBoundListenSocket = Bind;
        return settings;
    }

    private static Socket Bind(EndPoint endpoint)
    {
        var wanted = (ChannelEndPoint)endpoint;
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(At(wanted));
        while (wanted is { Port: 0, IsLast: false } && !ListenAddress.CanBind(IPAddress.IPv6Loopback, ((IPEndPoint)socket.LocalEndPoint!).Port))
        {
            // Free on the first loopback, taken on the second: another one.
            socket.Dispose();
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(At(wanted));
        }

        return socket;
    }

    /// <summary>A twin follows its first to the port that one got.</summary>
    private static IPEndPoint At(ChannelEndPoint wanted) => new(wanted.Address, wanted.Port == 0 ? wanted.Twin?.BoundPort ?? 0 : wanted.Port);
}
