namespace EchoService.Downloads.Watching;

/// <summary>Gathers what changes in a job between two events: item numbers up to a bound, and past it only that there were more.</summary>
internal sealed class JobChanges
{
    private const int MaxItems = 200;

    private readonly Lock _lock = new();
    private HashSet<int> _items = [];
    private bool _many;
    private TaskCompletionSource _signal = New();

    /// <summary>Ends when there is something to take.</summary>
    public Task Any
    {
        get
        {
            lock (_lock)
            {
                return _signal.Task;
            }
        }
    }

    /// <summary>Its state or its counters.</summary>
    public void Job()
    {
        lock (_lock)
        {
            _signal.TrySetResult();
        }
    }

    public void Item(int number)
    {
        lock (_lock)
        {
            _many |= !_items.Contains(number) && _items.Count >= MaxItems;
            if (!_many)
            {
                _items.Add(number);
            }

            _signal.TrySetResult();
        }
    }

    public void ManyItems()
    {
        lock (_lock)
        {
            _many = true;
            _signal.TrySetResult();
        }
    }

    /// <summary>What has changed since the last call. With <c>Many</c> the items are not all there, so none is.</summary>
    public (bool Any, IReadOnlyCollection<int> Items, bool Many) Take()
    {
        lock (_lock)
        {
            var taken = (_signal.Task.IsCompleted, _many ? [] : (IReadOnlyCollection<int>)_items, _many);
            (_items, _many) = ([], false);
            _signal = _signal.Task.IsCompleted ? New() : _signal;
            return taken;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
