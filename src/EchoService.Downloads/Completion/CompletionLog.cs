using Microsoft.Extensions.Logging;

namespace EchoService.Downloads.Completion;

internal static partial class CompletionLog
{
    [LoggerMessage(30, LogLevel.Information, "Webhook of job {Job} delivered")]
    public static partial void Delivered(ILogger logger, string job);

    [LoggerMessage(31, LogLevel.Warning, "Webhook of job {Job} not delivered, attempt {Attempt}; the next one in {Seconds} s: {Reason}")]
    public static partial void Postponed(ILogger logger, string job, int attempt, double seconds, string reason);

    [LoggerMessage(32, LogLevel.Error, "Webhook of job {Job} given up after {Attempt} attempts: {Reason}")]
    public static partial void GivenUp(ILogger logger, string job, int attempt, string reason);

    [LoggerMessage(33, LogLevel.Information, "Command for job {Job} ended with exit code {ExitCode}")]
    public static partial void CommandEnded(ILogger logger, string job, int exitCode);

    [LoggerMessage(34, LogLevel.Error, "Command for job {Job} ran longer than {Seconds} s and was killed")]
    public static partial void CommandKilled(ILogger logger, string job, double seconds);

    [LoggerMessage(35, LogLevel.Error, "Command for job {Job} did not start: {Reason}")]
    public static partial void CommandNotStarted(ILogger logger, string job, string reason);

    [LoggerMessage(36, LogLevel.Information, "Command for job {Job}, {Stream}: {Line}")]
    public static partial void CommandSaid(ILogger logger, string job, string stream, string line);

    [LoggerMessage(37, LogLevel.Error, "Telling of a job's end failed inside the service")]
    public static partial void Broke(ILogger logger, Exception exception);
}
