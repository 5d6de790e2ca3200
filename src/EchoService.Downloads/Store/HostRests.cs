namespace EchoService.Downloads.Store;

/// <summary>When a host rests, and how long: DESIGN, Politeness.</summary>
internal static class HostRests
{
    /// <summary>Transport failures in a row, with no success between.</summary>
    public const int Failures = 5;

    /// <summary>Microseconds; each rest in a row is twice as long as the one before.</summary>
    public const long First = 1_000_000;

    /// <summary>Microseconds, at most.</summary>
    public const long Longest = 60_000_000;
}
