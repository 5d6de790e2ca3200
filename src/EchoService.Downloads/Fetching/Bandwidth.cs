namespace EchoService.Downloads.Fetching;

/// <summary>
/// Bytes a second for all transfers of the service together. Each piece books its time on one clock and waits for it, in the order in
/// which the pieces came; with one piece a transfer under way, transfers take turns.
/// </summary>
/// <param name="bytesPerSecond">0: no limit.</param>
internal sealed class Bandwidth(long bytesPerSecond, TimeProvider time)
{
    /// <summary>A pause in the traffic earns this much and no more.</summary>
    private static readonly TimeSpan s_burst = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _booked;

    /// <summary>Bytes to read at most before the next call: a twentieth of a second's, so that a low limit flows and does not gush.</summary>
    public int Piece { get; } = bytesPerSecond == 0 ? int.MaxValue : (int)Math.Clamp(bytesPerSecond / 20, 512, 64 << 10);

    public ValueTask TakeAsync(int bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond == 0)
        {
            return ValueTask.CompletedTask;
        }

        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetElapsedTime(_start);
            _booked = (_booked < now - s_burst ? now - s_burst : _booked) + TimeSpan.FromSeconds(bytes / (double)bytesPerSecond);
            wait = _booked - now;
        }

        return wait > TimeSpan.Zero ? new ValueTask(Task.Delay(wait, time, cancellationToken)) : ValueTask.CompletedTask;
    }
}
