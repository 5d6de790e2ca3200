using System.Text.Json;
using System.Text.Json.Serialization;
using EchoService.Downloads.Jobs;

namespace EchoService.Downloads;

/// <param name="State"><c>scheduled</c>, <c>running</c>, <c>paused</c>, <c>completed</c> or <c>cancelled</c>.</param>
/// <param name="Took">Seconds from its first item's turn to its end; null before.</param>
/// <param name="Bytes">Sum of the sizes of the files that are done.</param>
/// <param name="BytesPerSecond">Mean rate from the start to now or to its end.</param>
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
    public static JobAnswer Of(Job job, TimeProvider time)
    {
        var elapsed = job.StartedAt is { } started ? ((job.FinishedAt ?? time.GetUtcNow()) - started).TotalSeconds : 0;
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
            elapsed > 0 ? Math.Round(job.Bytes / elapsed, 1) : 0,
            job.Options);
    }

    private static string Text(JobState state) => JsonNamingPolicy.CamelCase.ConvertName(state.ToString());
}

/// <param name="N">The line's number in the list.</param>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>done</c>, <c>failed</c>, <c>skipped</c> or <c>cancelled</c>.</param>
internal sealed record ItemAnswer(
    int N,
    string Url,
    string State,
    int Attempts,
    string? FileName,
    long? Size,
    string? Sha256,
    string? ContentType,
    int? HttpStatus,
    string? ErrorCode,
    string? Error,
    int? DuplicateOf,
    DateTimeOffset? FinishedAt)
{
    public static ItemAnswer Of(Item item)
    {
        // Until the file is in place it is still under way, whatever its row says already.
        var visible = item.State == ItemState.Done;
        return new ItemAnswer(
            item.Number,
            item.Url,
            Text(item.State == ItemState.Committed ? ItemState.Running : item.State),
            item.Attempts,
            visible ? item.FileName : null,
            visible ? item.Size : null,
            visible ? item.Sha256 : null,
            visible ? item.ContentType : null,
            item.HttpStatus,
            item.ErrorCode?.Text(),
            item.Error,
            item.DuplicateOf,
            item.State is ItemState.Queued or ItemState.Running or ItemState.Committed ? null : item.FinishedAt);
    }

    private static string Text(ItemState state) => JsonNamingPolicy.CamelCase.ConvertName(state.ToString());
}

/// <summary>The body of <c>POST /downloads</c> as JSON; the other options stand beside <c>urls</c>.</summary>
internal sealed record ListRequest(IReadOnlyList<string> Urls)
{
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Options { get; init; }
}

/// <summary>The body of <c>POST /fetch</c>.</summary>
internal sealed record FetchBody(string? Url);
