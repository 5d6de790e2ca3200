using EchoService.Downloads.Store;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Engine;

/// <summary>
/// Spaces the starts of transfers at one host, across lanes and jobs. The store lets no lane have more items than the host may start
/// in half a second, and opens the host again when they are through; this clock keeps the distance between the single starts. Where answers
/// take so long that a lane comes late, and other nodes know nothing of this clock, the store gives each start anew.
/// </summary>
internal sealed class HostStarts(IDownloadStore store, IOptions<DownloadsOptions> options, TimeProvider time)
{
    /// <summary>Who would wait longer than this gives its place back: the lane's slot can serve another host meanwhile.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private const int Many = 10_000;

    private readonly double _perSecond = options.Value.StartsPerSecondPerHost;
    private readonly long _start = time.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly Dictionary<long, TimeSpan> _next = [];

    /// <summary>Waits for the host's next start. False: that is too far away.</summary>
    /// <param name="begun">When the lane was leased: a timestamp of the clock.</param>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public async ValueTask<bool> WaitAsync(Lane lane, long begun, CancellationToken cancellationToken)
    {
        if (_perSecond == 0)
        {
            return true;
        }

        var isLate = store.IsShared && time.GetElapsedTime(begun).TotalSeconds > lane.Items.Count / _perSecond;
        if ((isLate ? await store.BookStartAsync(lane.Host, TimeSpan.FromSeconds(1 / _perSecond), s_patience, cancellationToken) : Book(lane.Host)) is not { } wait)
        {
            return false;
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellationToken);
        }

        return true;
    }

    private TimeSpan? Book(long host)
    {
        lock (_lock)
        {
            var now = time.GetElapsedTime(_start);
            if (_next.Count >= Many)
            {
                Prune(now);
            }

            var at = _next.TryGetValue(host, out var next) && next > now ? next : now;
            if (at - now > s_patience)
            {
                return null;
            }

            _next[host] = at + TimeSpan.FromSeconds(1 / _perSecond);
            return at - now;
        }
    }

    private void Prune(TimeSpan now)
    {
        foreach (var (host, _) in _next.Where(entry => entry.Value <= now))
        {
            _next.Remove(host);
        }
    }
}
