using System.Collections.Concurrent;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Engine;

/// <summary>The lanes that this node's workers run now.</summary>
internal sealed class RunningLanes
{
    private readonly ConcurrentDictionary<long, RunningLane> _lanes = new();
    private readonly Lock _lock = new();
    private readonly HashSet<long> _stopped = [];

    public int Count => _lanes.Count;

    public IEnumerable<RunningLane> All => _lanes.Values;

    public ICollection<long> Tokens => _lanes.Keys;

    /// <summary>Lanes are about to be claimed. A job that is stopped from now on is stopped in them too, although they are not here yet.</summary>
    public void BeginClaim()
    {
        lock (_lock)
        {
            _stopped.Clear();
        }
    }

    public RunningLane Add(Lane lane, CancellationToken stopping)
    {
        var running = new RunningLane(lane, CancellationTokenSource.CreateLinkedTokenSource(stopping));
        lock (_lock)
        {
            _lanes[lane.Token] = running;
            if (_stopped.Contains(lane.Job))
            {
                running.Abort();
            }
        }

        return running;
    }

    public void Remove(RunningLane lane)
    {
        _lanes.TryRemove(lane.Lane.Token, out _);
        lane.Dispose();
    }

    /// <summary>Breaks off the lane's transfer: its lease is lost, or its job was stopped.</summary>
    public void Abort(long token)
    {
        if (_lanes.TryGetValue(token, out var lane))
        {
            lane.Abort();
        }
    }

    public void AbortAll()
    {
        foreach (var lane in _lanes.Values)
        {
            lane.Abort();
        }
    }

    public void AbortJob(long job)
    {
        lock (_lock)
        {
            _stopped.Add(job);
        }

        foreach (var lane in _lanes.Values.Where(lane => lane.Lane.Job == job))
        {
            lane.Abort();
        }
    }

    /// <summary>The host wants to be left alone: its lanes begin no further item.</summary>
    public void YieldHost(long host)
    {
        foreach (var lane in _lanes.Values.Where(lane => lane.Lane.Host == host))
        {
            lane.Yield();
        }
    }
}

/// <summary>A lane with a worker on it.</summary>
internal sealed class RunningLane(Lane lane, CancellationTokenSource cancellation) : IDisposable
{
    private readonly Lock _lock = new();
    private bool _disposed;
    private volatile bool _yielding;

    public Lane Lane { get; } = lane;

    /// <summary>The transfer under way, for those who look on; null: between two.</summary>
    public LiveTransfer? Current { get; set; }

    public CancellationToken Aborted { get; } = cancellation.Token;

    /// <summary>True: begin no further item, hand back the rest.</summary>
    public bool Yielding => _yielding;

    public void Yield() => _yielding = true;

    public void Abort()
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                cancellation.Cancel();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            cancellation.Dispose();
        }
    }
}

/// <param name="Begun">A timestamp of the clock.</param>
internal sealed record LiveTransfer(LaneItem Item, long Begun);
