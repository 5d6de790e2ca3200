using EchoService.Downloads.Jobs;
using Microsoft.Extensions.Logging;

namespace EchoService.Downloads;

internal static partial class DownloadsLog
{
    [LoggerMessage(1, LogLevel.Information, "Job {Job} received: {Total} items")]
    public static partial void JobReceived(ILogger logger, string job, int total);

    [LoggerMessage(2, LogLevel.Information, "Job {Job} {State}: {Done} done, {Failed} failed, {Skipped} skipped, {Cancelled} cancelled")]
    public static partial void JobEnded(ILogger logger, string job, JobState state, int done, int failed, int skipped, int cancelled);

    [LoggerMessage(3, LogLevel.Error, "Downloads pause, nothing can be stored: {Reason}")]
    public static partial void StorageFailed(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Information, "Downloads go on, the storage answers again")]
    public static partial void StorageRecovered(ILogger logger);

    [LoggerMessage(6, LogLevel.Error, "Leasing failed inside the service; it is tried again")]
    public static partial void LeasingBroke(ILogger logger, Exception exception);

    [LoggerMessage(7, LogLevel.Critical, "Nothing is committed any more: restart the service, and report this")]
    public static partial void CommitterBroke(ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Error, "Item {Number} of job {Job} failed inside the service")]
    public static partial void TransferBroke(ILogger logger, Exception exception, string job, int number);

    [LoggerMessage(20, LogLevel.Information, "Job {Job} starts at its time")]
    public static partial void JobStarted(ILogger logger, string job);

    [LoggerMessage(21, LogLevel.Information, "Job {Job} paused")]
    public static partial void JobPaused(ILogger logger, string job);

    [LoggerMessage(22, LogLevel.Information, "Job {Job} resumed")]
    public static partial void JobResumed(ILogger logger, string job);

    [LoggerMessage(23, LogLevel.Information, "Job {Job} tries failed items again ({ErrorCode})")]
    public static partial void JobRetried(ILogger logger, string job, string errorCode);

    [LoggerMessage(24, LogLevel.Information, "Item {Number} of job {Job} has a new URL")]
    public static partial void UrlReplaced(ILogger logger, int number, string job);

    [LoggerMessage(26, LogLevel.Warning, "Host {Host} given up for job {Job}, {Items} items failed: {Error}")]
    public static partial void HostGivenUp(ILogger logger, string host, string job, int items, string error);

    [LoggerMessage(25, LogLevel.Information, "Job {Job} deleted")]
    public static partial void JobDeleted(ILogger logger, string job);

    [LoggerMessage(27, LogLevel.Warning, "Job {Job} is not wholly removed, which is tried again: {Reason}")]
    public static partial void JobNotRemoved(ILogger logger, string job, string reason);
}
