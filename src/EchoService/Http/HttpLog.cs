using System.Net;

namespace EchoService.Http;

internal static partial class HttpLog
{
    [LoggerMessage(1, LogLevel.Information, "Serving http on {Address}")]
    public static partial void Serving(this ILogger log, IPEndPoint address);

    [LoggerMessage(2, LogLevel.Warning, "Refused a cross-site request from origin {Origin} to {Path}")]
    public static partial void CrossSiteRefused(this ILogger log, string? origin, string path);

    [LoggerMessage(3, LogLevel.Warning, "Refused a request for host {RequestedHost}")]
    public static partial void HostRefused(this ILogger log, string requestedHost);

    [LoggerMessage(4, LogLevel.Debug, "Refused the HTTP connection from {Client}: over {Limit}")]
    public static partial void OverLimit(this ILogger log, EndPoint? client, string limit);
}
