using System.Net;
using System.Net.Sockets;
using EchoService.Sockets;
using EchoService.Tcp.Faults;
using EchoService.Tcp.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EchoService.Tcp;

/// <summary>Listens for the channels: by epoll on Linux, elsewhere by Kestrel's socket transport once more, so that its settings touch no HTTP connection.</summary>
internal sealed class ChannelTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector, IDisposable
{
    /// <summary>
    /// As many as the kernel allows (net.core.somaxconn). With 512, a burst of clients overflows the queue: some believe that they are
    /// connected while the kernel has dropped their last packet, and are accepted 1, 3, 7 or 15 seconds later.
    /// </summary>
    private const int Backlog = int.MaxValue;

    private readonly SocketTransportFactory? _kestrel;
    private readonly SocketPollers? _pollers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public ChannelTransport(
        IOptions<TcpOptions> tcp, IOptionsFactory<SocketTransportOptions> options, TimeProvider time, ILoggerFactory loggers, ILogger<ChannelTransport> logger)
    {
        (_time, _logger) = (time, logger);
        if (OperatingSystem.IsLinux() && tcp.Value.Transport == TcpTransport.Auto)
        {
            _pollers = new("channels");
        }
        else
        {
            _kestrel = new(Options.Create(Settings(options)), loggers);
        }
    }

    public bool CanBind(EndPoint endpoint) => endpoint is ChannelEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var wanted = (ChannelEndPoint)endpoint;
        try
        {
            var listener = OperatingSystem.IsLinux() && _pollers is not null
                ? new PolledListener(Listening(wanted), _pollers, RunsInline(wanted.Channel.Options), _time)
                : await _kestrel!.BindAsync(wanted, cancellationToken);
            var bound = (IPEndPoint)listener.EndPoint;
            wanted.BoundPort = bound.Port;
            wanted.Channel.Bound(bound, isLast: wanted.IsLast);
            _logger.Serving(wanted.Channel.Name, bound.ToString());
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

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
        {
            _pollers?.Dispose();
        }
    }

    /// <summary>Echo is done in microseconds. Other kinds search, hash or write long answers, and TLS computes.</summary>
    private static bool RunsInline(ChannelOptions options) => options is { Kind: ChannelKind.Echo, Tls: null };

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
        settings.Backlog = Backlog;
        settings.CreateBoundListenSocket = Bind;
        return settings;
    }

    private static Socket Listening(ChannelEndPoint wanted)
    {
        var socket = Bind(wanted);
        try
        {
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
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
