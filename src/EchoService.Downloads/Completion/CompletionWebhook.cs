using EchoService.Downloads.Engine;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Logging;

namespace EchoService.Downloads.Completion;

/// <summary>One attempt at a job's <c>onComplete</c> URL.</summary>
internal sealed class CompletionWebhook(
    Fetcher fetcher, JobReader reader, CompletionMetrics metrics, ILogger<CompletionWebhook> logger)
{
    /// <summary>With the pauses between them: about an hour and a half, which outlasts a deployment.</summary>
    private const int MaxAttempts = 8;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    /// <returns>The pause before the next attempt; null: there is none.</returns>
    public async Task<TimeSpan?> TellAsync(Notice notice, Job job, CancellationToken cancellationToken)
    {
        var error = FetchUrl.TryParse(job.Options.OnComplete, out var url, out var reason)
            ? await fetcher.PostAsync(url, JobJson.Write(reader.Read(job)), s_timeout, cancellationToken)
            : new FetchError(ErrorCode.InvalidUrl, reason);
        var attempt = notice.Attempts + 1;
        if (error is null)
        {
            metrics.Count(NoticeKind.Webhook, NoticeOutcome.Delivered);
            CompletionLog.Delivered(logger, job.Id);
            return null;
        }

        if (!error.Transient || attempt >= MaxAttempts)
        {
            metrics.Count(NoticeKind.Webhook, NoticeOutcome.Failed);
            CompletionLog.GivenUp(logger, job.Id, attempt, error.Message);
            return null;
        }

        var pause = Pause(attempt, error.RetryAfter);
        metrics.Count(NoticeKind.Webhook, NoticeOutcome.Retried);
        CompletionLog.Postponed(logger, job.Id, attempt, Math.Round(pause.TotalSeconds, 1), error.Message);
        return pause;
    }

    /// <summary>1, 4, 16 s … with jitter downwards, or what the receiver asks for; an hour at most.</summary>
    private static TimeSpan Pause(int attempt, TimeSpan? asked)
    {
        var seconds = Math.Pow(4, attempt - 1) * (0.5 + Random.Shared.NextDouble() / 2);
        var pause = TimeSpan.FromSeconds(Math.Min(seconds, s_longest.TotalSeconds));
        return asked > pause ? (asked.Value < s_longest ? asked.Value : s_longest) : pause;
    }
}
