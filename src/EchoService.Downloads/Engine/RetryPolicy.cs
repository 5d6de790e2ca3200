using EchoService.Downloads.Fetching;

namespace EchoService.Downloads.Engine;

/// <summary>
/// When a failed item is tried again: exponential backoff with full jitter (base 1 s, factor 2, at most 60 s), so that many
/// items that failed together do not come back together.
/// </summary>
internal static class RetryPolicy
{
    public static readonly TimeSpan Base = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>The pause before the next attempt; null: the error is final.</summary>
    /// <param name="attempts">Attempts made, the failed one included.</param>
    /// <param name="random">Draws from [0, 1).</param>
    public static TimeSpan? NextDelay(FetchError error, int attempts, int maxAttempts, Func<double> random)
    {
        if (!error.Transient || attempts >= maxAttempts)
        {
            return null;
        }

        // The host rests for as long as the origin asked; the item needs no pause of its own.
        if (error.RetryAfter is not null)
        {
            return TimeSpan.Zero;
        }

        var ceiling = Math.Min(Longest.TotalSeconds, Base.TotalSeconds * Math.Pow(2, Math.Min(attempts - 1, 30)));
        return TimeSpan.FromSeconds(ceiling * random());
    }
}
