using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Tls;

internal static partial class TlsLog
{
    [LoggerMessage(1, LogLevel.Information, "{Key}: new certificate from {Path}")]
    public static partial void CertificateReloaded(this ILogger logger, string key, string path);

    [LoggerMessage(2, LogLevel.Warning, "{Key}: {Path} changed but cannot be used, the one before stays: {Error}")]
    public static partial void CertificateKept(this ILogger logger, string key, string path, string error);

    [LoggerMessage(3, LogLevel.Information, "TLS handshake of {Client} on {Channel} failed: {Error}")]
    public static partial void HandshakeFailed(this ILogger logger, string client, string channel, string error);

    [LoggerMessage(4, LogLevel.Debug, "{Version} with {Client} on {Channel}, SNI {ServerName}, ALPN {ApplicationProtocol}")]
    public static partial void HandshakeDone(this ILogger logger, string version, string client, string channel, string? serverName, string? applicationProtocol);
}
