using System.Text.Json;

namespace EchoService.Downloads.Jobs;

/// <summary>A job as users see it.</summary>
/// <param name="State"><c>scheduled</c>, <c>running</c>, <c>paused</c>, <c>completed</c> or <c>cancelled</c>.</param>
/// <param name="Took">Seconds from its first item's turn to its end; null before.</param>
/// <param name="Bytes">Sum of the sizes of the files that are done.</param>
/// <param name="BytesPerSecond">While it runs, what its transfers brought in over the last five seconds; once it has ended, the mean of its files.</param>
internal sealed record JobAnswer(
    string Id,
    string? Name,
    string State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    double? Took,
    int Total,
    JobCounts Counts,
    long Bytes,
    double BytesPerSecond,
    JobOptions Options)
{
    private const string HiddenValue = "***";

    public static JobAnswer Of(Job job, double rate, TimeProvider time)
    {
        // Not less than nothing where the clock was set back meanwhile.
        var elapsed = job.StartedAt is { } started ? Math.Max(0, ((job.FinishedAt ?? time.GetUtcNow()) - started).TotalSeconds) : 0;
        return new JobAnswer(
            job.Id,
            job.Options.Name,
            Text(job.State),
            job.CreatedAt,
            job.StartedAt,
            job.FinishedAt,
            job is { StartedAt: not null, FinishedAt: not null } ? Math.Round(elapsed, 3) : null,
            job.Total,
            job.Counts,
            job.Bytes,
            Math.Round(job.Ended && elapsed > 0 ? job.Bytes / elapsed : rate, 1),
            Shown(job.Options));
    }

    /// <summary>Values of headers are credentials often enough: whoever may see a job, or is told of its end, sees only their names.</summary>
    private static JobOptions Shown(JobOptions options) =>
        options.Headers is { } headers ? options with { Headers = headers.Keys.ToDictionary(name => name, _ => HiddenValue) } : options;

    private static string Text(JobState state) => JsonNamingPolicy.CamelCase.ConvertName(state.ToString());
}
