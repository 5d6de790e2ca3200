namespace EchoService.Configuration;

internal static partial class ServiceRunLog
{
    [LoggerMessage(1, LogLevel.Information, "Stopping: what still runs has {Seconds} s to end")]
    public static partial void Stopping(this ILogger log, double seconds);
}
