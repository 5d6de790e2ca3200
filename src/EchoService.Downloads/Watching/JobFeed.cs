using System.Runtime.CompilerServices;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Watching;

/// <summary>
/// One job's events as those who watch it get them: written once into a bounded ring, read by each from a place of its own. Who falls out of
/// the ring, or comes anew, gets a snapshot. <see cref="JobPublisher"/> writes them.
/// </summary>
internal sealed class JobFeed(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly EventRing _ring = new();
    private readonly string _name = Guid.NewGuid().ToString("N")[..12];
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _published = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private JobAnswer? _job;
    private byte[]? _snapshot;
    private int _watchers;
    private long _unwatchedSince = time.GetTimestamp();
    private bool _closed;
    private bool _over;

    /// <summary>What happens to the job; told after it is committed, so that who reads then reads it.</summary>
    public JobChanges Changes { get; } = new();

    /// <summary>True once the first event can be read; false: there is no such job. Fails where nobody can say.</summary>
    public Task<bool> Ready => _ready.Task;

    /// <summary>No event comes any more.</summary>
    public bool Closed
    {
        get
        {
            lock (_lock)
            {
                return _closed;
            }
        }
    }

    /// <summary>The job has ended, and the last event tells of it.</summary>
    public bool IsOver
    {
        get
        {
            lock (_lock)
            {
                return _over;
            }
        }
    }

    /// <summary>Since when nobody watches; null: somebody does.</summary>
    public TimeSpan? Unwatched
    {
        get
        {
            lock (_lock)
            {
                return _watchers > 0 ? null : time.GetElapsedTime(_unwatchedSince);
            }
        }
    }

    /// <summary>Whether the id is that of the job's end, so that there is no more to see.</summary>
    public bool IsSeen(string lastEventId)
    {
        lock (_lock)
        {
            return _over && lastEventId.EndsWith(EventText.EndMark(_job!.FinishedAt), StringComparison.Ordinal);
        }
    }

    /// <summary>The job as the first snapshot shows it.</summary>
    public void Begin(JobAnswer job) => Wake(() => _job = job);

    /// <summary>Adds what has changed since the event before.</summary>
    /// <param name="job">As the snapshots show it from now on.</param>
    public void Add(JobAnswer job, JobDelta delta)
    {
        var json = JobJson.Write(delta);
        Wake(() =>
        {
            (_job, _snapshot) = (job, null);
            _ring.Add(EventText.Of("delta", _name, _ring.Last + 1, json));
        });
    }

    /// <summary>Adds the last event.</summary>
    public void End(JobAnswer job)
    {
        var json = JobJson.Write(job);
        Wake(() =>
        {
            (_job, _snapshot) = (job, null);
            _ring.Add(EventText.Of("end", _name, _ring.Last + 1, json, EventText.EndMark(job.FinishedAt)));
            (_closed, _over) = (true, true);
        });
    }

    /// <summary>Wakes whoever waits, so that silent streams show that they live: one timer for all of them.</summary>
    public void Beat() => Wake(() => { });

    /// <summary>What there is can be read.</summary>
    public void Open() => _ready.TrySetResult(true);

    /// <summary>Before <see cref="Close"/>, where the job could not be read: nobody is to take that for a job that is not there.</summary>
    public void Fail(StoreException reason) => _ready.TrySetException(reason);

    /// <summary>No event comes any more, whether the job has ended or not.</summary>
    public void Close()
    {
        _ready.TrySetResult(false);
        Wake(() => _closed = true);
    }

    /// <summary>The events after the one that was seen last, or a snapshot and the events after it; ends with the job.</summary>
    public async IAsyncEnumerable<byte[]> WatchAsync(string? lastEventId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Join();
        try
        {
            var place = EventText.NumberOf(lastEventId, _name) ?? -1;
            while (true)
            {
                var (events, next, published, closed) = After(place);
                place = next;
                foreach (var text in events)
                {
                    yield return text;
                }

                if (closed)
                {
                    yield break;
                }

                if (events.Count == 0)
                {
                    await published.WaitAsync(cancellationToken);
                    if (After(place).Events.Count == 0)
                    {
                        yield return EventText.Heartbeat;
                    }
                }
            }
        }
        finally
        {
            Leave();
        }
    }

    private void Wake(Action change)
    {
        TaskCompletionSource published;
        lock (_lock)
        {
            change();
            published = _published;
            _published = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        published.TrySetResult();
    }

    private (IReadOnlyList<byte[]> Events, long Place, Task Published, bool Closed) After(long place)
    {
        lock (_lock)
        {
            if (_ring.After(place) is { } events)
            {
                return (events, _ring.Last, _published.Task, _closed);
            }

            // The snapshot carries the number of the last event: what comes after it follows, and nothing before it. The end comes by itself.
            var number = _over ? _ring.Last - 1 : _ring.Last;
            _snapshot ??= EventText.Of("snapshot", _name, number, JobJson.Write(_job!));
            return ([_snapshot, .. _ring.After(number) ?? []], _ring.Last, _published.Task, _closed);
        }
    }

    private void Join()
    {
        lock (_lock)
        {
            _watchers++;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            _watchers--;
            _unwatchedSince = time.GetTimestamp();
        }
    }
}
