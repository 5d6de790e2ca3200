namespace EchoService.Downloads.Store;

/// <summary>Times in the store: microseconds since 1970 UTC.</summary>
internal static class StoreTime
{
    public static long Microseconds(this TimeProvider time) => FromDateTime(time.GetUtcNow());

    public static long FromDateTime(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long FromSpan(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    public static TimeSpan ToSpan(long microseconds) => TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    public static DateTimeOffset ToDateTime(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
