using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Faults;

internal static partial class FaultLog
{
    [LoggerMessage(1, LogLevel.Information, "Fault {Fault} ({Direction}) on {Channel} for {Client}, connection {Number} since the list was set")]
    public static partial void Fired(this ILogger logger, FaultType fault, FaultDirection direction, string channel, string client, long number);
}
