namespace EchoService.Downloads.Jobs;

/// <summary>Where a job stands. The numbers are stored: never change one.</summary>
public enum JobState
{
    /// <summary>Its list is still coming in: seen by nobody, gone after a restart.</summary>
    Receiving = 0,
    Scheduled = 1,
    Running = 2,
    Paused = 3,
    Completed = 4,
    Cancelled = 5,

    /// <summary>Being removed, as is a list that broke off, or removed and its end still to be told: seen by nobody.</summary>
    Deleting = 6,
}

/// <summary>One list of URLs that was handed over, and how far it is.</summary>
/// <param name="Key">Its number in the store.</param>
/// <param name="Id">Its public name: 32 hexadecimal digits, newer ones sort after older ones.</param>
/// <param name="Bytes">Sum of the sizes of the files that are done.</param>
/// <param name="Owner">The name of the API key that posted it; null: nobody's, there were no keys.</param>
public sealed record Job(
    long Key,
    string Id,
    JobState State,
    JobOptions Options,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    int Total,
    JobCounts Counts,
    long Bytes,
    string? Owner = null)
{
    public bool Ended => State is JobState.Completed or JobState.Cancelled;

    /// <summary>Its many rows are still being ended: it does not come back to life before.</summary>
    public bool IsBeingCancelled => State == JobState.Cancelled && Counts.Queued > 0;
}

/// <summary>Items by state. <c>Running</c> includes items whose row is committed and whose file is about to get its name.</summary>
public sealed record JobCounts(int Queued, int Running, int Done, int Failed, int Skipped, int Cancelled);
