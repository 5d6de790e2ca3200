namespace EchoService.Tests.Testing;

/// <summary>What an origin counts: requests a path (awaitable), requests under way a host, bytes.</summary>
internal sealed class OriginCounts
{
    private const int KeptRequests = 20;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Count, List<OriginRequest> First)> _paths = [];
    private readonly Dictionary<string, (int Now, int Most)> _hosts = [];
    private readonly List<(string? Path, int Count, TaskCompletionSource Signal)> _waiters = [];
    private readonly HashSet<OriginRequest> _underWay = new(ReferenceEqualityComparer.Instance);
    private int _total;
    private int _most;
    private long _bytes;

    public int Total => Volatile.Read(ref _total);

    public int MostAtOnce => Volatile.Read(ref _most);

    public int UnderWay
    {
        get
        {
            lock (_lock)
            {
                return _underWay.Count;
            }
        }
    }

    public long Bytes => Interlocked.Read(ref _bytes);

    public int Begin(string path, OriginRequest request)
    {
        lock (_lock)
        {
            var (count, first) = _paths.GetValueOrDefault(path, (0, []));
            if (first.Count < KeptRequests)
            {
                first.Add(request);
            }

            _paths[path] = (++count, first);
            var (now, most) = _hosts.GetValueOrDefault(request.Host);
            _hosts[request.Host] = (now + 1, Math.Max(most, now + 1));
            _underWay.Add(request);
            _most = Math.Max(_most, _underWay.Count);
            _total++;
            Signal();
            return count;
        }
    }

    /// <summary>Counts once, however often it is told.</summary>
    public void End(OriginRequest request)
    {
        lock (_lock)
        {
            if (_underWay.Remove(request))
            {
                var (now, most) = _hosts[request.Host];
                _hosts[request.Host] = (now - 1, most);
            }
        }
    }

    public void Sent(int bytes) => Interlocked.Add(ref _bytes, bytes);

    public int Of(string path)
    {
        lock (_lock)
        {
            return _paths.GetValueOrDefault(path).Count;
        }
    }

    public IReadOnlyList<OriginRequest> RequestsTo(string path)
    {
        lock (_lock)
        {
            return _paths.TryGetValue(path, out var seen) ? [.. seen.First] : [];
        }
    }

    public int MostAtOnceOf(string host)
    {
        lock (_lock)
        {
            return _hosts.GetValueOrDefault(host).Most;
        }
    }

    /// <summary>Ends when so many requests have come, for one path or (null) for all together.</summary>
    public Task WhenAsync(string? path, int count, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var waiter = (path, count, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _waiters.Add(waiter);
            Signal();
            return waiter.Item3.Task.WaitAsync(cancellationToken);
        }
    }

    private void Signal() => _waiters.RemoveAll(waiter =>
    {
        var count = waiter.Path is null ? _total : _paths.GetValueOrDefault(waiter.Path).Count;
        return count >= waiter.Count && waiter.Signal.TrySetResult();
    });
}
