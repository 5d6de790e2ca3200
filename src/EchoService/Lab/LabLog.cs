using System.Net;
using EchoService.Tcp.Faults;

namespace EchoService.Lab;

internal static partial class LabLog
{
    [LoggerMessage(1, LogLevel.Information, "Serving lab server {Server} on {EndPoint}")]
    public static partial void Serving(this ILogger logger, string server, EndPoint endPoint);

    [LoggerMessage(2, LogLevel.Information, "Fault {Fault} on {Server} for {Path}, request {Number} since the start")]
    public static partial void Fired(this ILogger logger, FaultType fault, string server, string path, long number);
}
