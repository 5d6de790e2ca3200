using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Proxy;

internal static class ProxyExtensions
{
    /// <summary>Nothing for a channel where it is off.</summary>
    public static void UseProxy(this IConnectionBuilder builder, Channel channel, TimeProvider time, ILogger logger)
    {
        if (channel.Options.ProxyProtocol != ProxyProtocol.Off)
        {
            builder.Use(next => new ProxyMiddleware(next, channel, time, logger).OnConnectionAsync);
        }
    }
}
