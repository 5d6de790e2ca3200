namespace EchoService.Downloads;

internal static partial class ExportLog
{
    [LoggerMessage(1, LogLevel.Warning, "The file of item {Number} of job {Job} is gone: the archive lacks it")]
    public static partial void FileGone(ILogger logger, int number, string job);

    [LoggerMessage(2, LogLevel.Warning, "The {Kind} of job {Job} broke off: {Reason}")]
    public static partial void BrokeOff(ILogger logger, string kind, string job, string reason);
}
