using System.Runtime.InteropServices;

namespace EchoService.Auth;

/// <summary>
/// A rate for each client, with a burst before it counts: the generic cell rate algorithm (ITU-T I.371) in its form of a virtual schedule. It needs one
/// time a client and no timer.
/// </summary>
/// <param name="perSecond">At least 1.</param>
/// <param name="burst">At once, by a client that was not seen for a while. At least 1.</param>
internal sealed class ClientRates<TClient>(int perSecond, int burst, TimeProvider time)
    where TClient : notnull
{
    private const int Few = 1024;

    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private readonly TimeSpan _cost = TimeSpan.FromTicks(TimeSpan.TicksPerSecond / perSecond);
    private readonly Dictionary<TClient, TimeSpan> _booked = [];
    private int _crowd = Few;

    /// <summary>Clients that are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _booked.Count;
            }
        }
    }

    /// <returns>Zero: go on. Else nothing is taken, and after this time there is room for one.</returns>
    public TimeSpan Take(TClient client)
    {
        lock (_lock)
        {
            var now = time.GetElapsedTime(_start);
            Forget(now);
            ref var booked = ref CollectionsMarshal.GetValueRefOrAddDefault(_booked, client, out _);
            var next = (booked > now ? booked : now) + _cost;
            var wait = next - now - (burst * _cost);
            if (wait > TimeSpan.Zero)
            {
                return wait;
            }

            booked = next;
            return TimeSpan.Zero;
        }
    }

    /// <summary>
    /// Whoever has its whole burst again is as good as unknown. They are looked for only when there are twice as many clients as after the last look, and
    /// 1,024 at least, so that it costs each of them next to nothing.
    /// </summary>
    private void Forget(TimeSpan now)
    {
        if (_booked.Count < _crowd)
        {
            return;
        }

        foreach (var (client, booked) in _booked)
        {
            if (booked <= now)
            {
                _booked.Remove(client);
            }
        }

        _crowd = Math.Max(Few, 2 * _booked.Count);
    }
}
