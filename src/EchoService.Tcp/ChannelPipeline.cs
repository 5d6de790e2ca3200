using EchoService.Tcp.Faults;
using EchoService.Tcp.Proxy;
using EchoService.Tcp.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp;

/// <summary>The way of a connection from accept to its handler. The order is written here and nowhere else.</summary>
internal sealed class ChannelPipeline(
    LiveConnections connections,
    TcpMetrics metrics,
    FaultMetrics faultMetrics,
    FrontDoor door,
    ILoggerFactory loggers,
    TimeProvider time,
    IServiceProvider services)
{
    private readonly ILogger _logger = loggers.CreateLogger("EchoService.Tcp.Connection");

    /// <param name="isSocket">False for WebSockets, where HTTP has seen to the client's address and to TLS.</param>
    public void Build(IConnectionBuilder builder, Channel channel, bool isSocket = true)
    {
        var gates = door.Of(channel);
        builder.Use(next => new ConnectionLifecycle(next, channel, connections, metrics, _logger).OnConnectionAsync);
        builder.Use(next => new AcceptGate(next, gates).OnConnectionAsync);
        if (isSocket)
        {
            builder.UseProxy(channel, time, _logger);
        }

        builder.Use(next => new AddressGate(next, gates).OnConnectionAsync);
        builder.Use(next => new ConnectionAnnouncement(next, channel, _logger).OnConnectionAsync);
        if (isSocket)
        {
            faultMetrics.Watch(channel.Faults, http: false);
            builder.UseTls(channel, _logger);
        }

        builder.Use(next => new ConnectionService(next, channel).OnConnectionAsync);
        builder.UseFaults(channel.Faults, isNumbered: isSocket, time, _logger);
        var handler = (ConnectionHandler)services.GetRequiredService(ChannelKinds.Handler(channel.Options.Kind));
        builder.Run(handler.OnConnectedAsync);
    }

    public ConnectionDelegate BuildForWebSocket(Channel channel)
    {
        var builder = new ConnectionBuilder(services);
        Build(builder, channel, isSocket: false);
        return builder.Build();
    }
}
