namespace EchoService.Downloads.Jobs;

/// <summary>Where an item stands. The numbers are stored: never change one.</summary>
public enum ItemState
{
    Queued = 0,
    Running = 1,

    /// <summary>The row and the bytes are durable, the rename is not yet. Shown as running; the rename is done again at start.</summary>
    Committed = 2,
    Done = 3,
    Failed = 4,
    Skipped = 5,
    Cancelled = 6,
}

/// <summary>One line of a job's list.</summary>
/// <param name="Number">The line's number in the list, from 1.</param>
/// <param name="Token">Of the lane that ended it.</param>
/// <param name="Sha256">Of the file, 64 lower-case hexadecimal digits.</param>
public sealed record Item(
    int Number,
    string Url,
    ItemState State,
    int Attempts,
    string? FileName,
    long? Size,
    string? Sha256,
    string? ContentType,
    int? HttpStatus,
    ErrorCode? ErrorCode,
    string? Error,
    int? DuplicateOf,
    DateTimeOffset? FinishedAt,
    long? Token = null);
