namespace EchoService.Tcp;

/// <summary>Milliseconds since the service started, as every deadline of a connection counts them.</summary>
internal sealed class ConnectionClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public long Now => (long)time.GetElapsedTime(_start).TotalMilliseconds;

    public DateTimeOffset UtcNow => time.GetUtcNow();
}
