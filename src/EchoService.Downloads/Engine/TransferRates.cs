using System.Collections.Concurrent;

namespace EchoService.Downloads.Engine;

/// <summary>How fast each job's bytes come in on this node: counted where they arrive, without a lock; read over the last seconds.</summary>
internal sealed class TransferRates(TimeProvider time)
{
    /// <summary>More jobs than this at once are looked through for those in which nothing moves.</summary>
    private const int Many = 256;

    private readonly ConcurrentDictionary<long, SlidingRate> _jobs = new();

    public void Received(long job, int bytes)
    {
        if (!_jobs.TryGetValue(job, out var rate))
        {
            if (_jobs.Count >= Many)
            {
                Prune();
            }

            rate = _jobs.GetOrAdd(job, static (_, time) => new SlidingRate(time), time);
        }

        rate.Add(bytes);
    }

    public double BytesPerSecond(long job) => _jobs.TryGetValue(job, out var rate) ? rate.PerSecond : 0;

    public void Forget(long job) => _jobs.TryRemove(job, out _);

    private void Prune()
    {
        foreach (var (job, _) in _jobs.Where(entry => entry.Value.PerSecond == 0))
        {
            _jobs.TryRemove(job, out _);
        }
    }
}
