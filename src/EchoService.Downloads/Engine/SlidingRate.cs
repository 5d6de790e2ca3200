namespace EchoService.Downloads.Engine;

/// <summary>An amount a second over the last five seconds, in slots of a quarter of one. Adding takes a lock four times a second at most.</summary>
internal sealed class SlidingRate(TimeProvider time)
{
    private const int Slots = 21;
    private static readonly TimeSpan s_slot = TimeSpan.FromMilliseconds(250);

    private readonly Lock _turning = new();
    private readonly long[] _amounts = new long[Slots];
    private readonly long[] _epochs = new long[Slots];
    private readonly long _start = time.GetTimestamp();

    /// <summary>The mean since the first amount, or over the last five seconds.</summary>
    public double PerSecond
    {
        get
        {
            var elapsed = time.GetElapsedTime(_start);
            var now = Epoch(elapsed);
            var sum = 0L;
            for (var i = 0; i < Slots; i++)
            {
                sum += Volatile.Read(ref _epochs[i]) is var epoch && epoch > now - Slots && epoch <= now ? Interlocked.Read(ref _amounts[i]) : 0;
            }

            // The slot that is filling counts for the part of it that has passed; less than one slot is no measure.
            var window = now < Slots ? elapsed : s_slot * (Slots - 1) + (elapsed - s_slot * (now - 1));
            return sum / Math.Max(window.TotalSeconds, s_slot.TotalSeconds);
        }
    }

    public void Add(long amount)
    {
        var epoch = Epoch(time.GetElapsedTime(_start));
        var slot = epoch % Slots;
        if (Volatile.Read(ref _epochs[slot]) != epoch)
        {
            Turn(slot, epoch);
        }

        Interlocked.Add(ref _amounts[slot], amount);
    }

    /// <summary>From 1, so that a slot that was never used belongs to no time.</summary>
    private static long Epoch(TimeSpan elapsed) => elapsed.Ticks / s_slot.Ticks + 1;

    private void Turn(long slot, long epoch)
    {
        lock (_turning)
        {
            if (_epochs[slot] < epoch)
            {
                Interlocked.Exchange(ref _amounts[slot], 0);
                Volatile.Write(ref _epochs[slot], epoch);
            }
        }
    }
}
