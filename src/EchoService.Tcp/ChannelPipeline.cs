using EchoService.Tcp.Proxy;
using EchoService.Tcp.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp;

/// <summary>The way of a connection from accept to its handler. The order is written here and nowhere else.</summary>
internal sealed class ChannelPipeline(LiveConnections connections, TcpMetrics metrics, ILoggerFactory loggers, TimeProvider time, IServiceProvider services)
{
    private readonly ILogger _logger = loggers.CreateLogger("EchoService.Tcp.Connection");

    public void Build(IConnectionBuilder builder, Channel channel)
    {
        builder.Use(next => new ConnectionLifecycle(next, channel, connections, metrics, _logger).OnConnectionAsync);
        builder.UseProxy(channel, time, _logger);
        builder.Use(next => new ConnectionAnnouncement(next, _logger).OnConnectionAsync);
        builder.UseTls(channel, _logger);
        builder.Use(next => new ConnectionService(next).OnConnectionAsync);
        var handler = (ConnectionHandler)services.GetRequiredService(ChannelKinds.Handler(channel.Options.Kind));
        builder.Run(handler.OnConnectedAsync);
    }
}
