using System.Diagnostics.Metrics;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Completion;

/// <summary>How telling of jobs' ends went, by kind and outcome; every series is there from the start.</summary>
internal sealed class CompletionMetrics
{
    private static readonly NoticeOutcome[] s_outcomes = Enum.GetValues<NoticeOutcome>();
    private readonly long[] _webhooks = new long[s_outcomes.Length];
    private readonly long[] _commands = new long[s_outcomes.Length];

    public CompletionMetrics(IMeterFactory meters) => meters.Create("EchoService.Downloads").CreateObservableCounter(
        "echoservice.downloads.notices", Measure, "{notice}", "Attempts to tell of a job's end, by kind and outcome.");

    public void Count(NoticeKind kind, NoticeOutcome outcome) =>
        Interlocked.Increment(ref (kind == NoticeKind.Webhook ? _webhooks : _commands)[(int)outcome]);

    private IEnumerable<Measurement<long>> Measure() =>
        s_outcomes.Select(outcome => Of(_webhooks, "webhook", outcome)).Concat(s_outcomes.Select(outcome => Of(_commands, "command", outcome)));

    private static Measurement<long> Of(long[] counts, string kind, NoticeOutcome outcome) => new(
        Interlocked.Read(ref counts[(int)outcome]), [new("kind", kind), new("outcome", outcome.ToString().ToLowerInvariant())]);
}

internal enum NoticeOutcome
{
    Delivered,

    /// <summary>It will be tried again.</summary>
    Retried,

    /// <summary>Given up.</summary>
    Failed,
}
