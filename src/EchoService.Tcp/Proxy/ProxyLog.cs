using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Proxy;

internal static partial class ProxyLog
{
    [LoggerMessage(1, LogLevel.Information, "No PROXY header accepted from {Peer} on {Channel}: {Error}")]
    public static partial void HeaderRefused(this ILogger logger, string peer, string channel, ProxyHeaderError error);

    [LoggerMessage(2, LogLevel.Information, "No PROXY header accepted from {Peer} on {Channel}: it is in none of TrustedProxies")]
    public static partial void PeerNotTrusted(this ILogger logger, string peer, string channel);

    [LoggerMessage(3, LogLevel.Debug, "PROXY header version {Version} from {Peer} on {Channel}: {Command}, client {Client}")]
    public static partial void HeaderAccepted(this ILogger logger, int version, string peer, string channel, ProxyCommand command, string client);
}
