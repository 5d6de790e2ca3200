using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Tls;

internal static class TlsExtensions
{
    /// <summary>Nothing for a channel without the section.</summary>
    public static void UseTls(this IConnectionBuilder builder, Channel channel, ILogger logger)
    {
        if (channel.Options.Tls is { } options)
        {
            var certificates = new ChannelCertificates($"{TcpOptions.Section}:Channels:{channel.Name}:Tls", options, logger);
            builder.Use(next => new TlsMiddleware(next, certificates, logger).OnConnectionAsync);
        }
    }
}
