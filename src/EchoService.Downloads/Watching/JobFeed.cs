using System.Runtime.CompilerServices;
using EchoService.Downloads.Engine;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Watching;

/// <summary>
/// One job's events, made once for all who watch it: at most four times a second, and only where something changed, the job is read
/// and an event is written into a bounded ring. Each watcher has a place in the ring; one that falls out of it gets a snapshot.
/// </summary>
internal sealed class JobFeed(string id, IDownloadStore store, JobReader reader, TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly EventRing _ring = new();
    private readonly TimeLeft _left = new(time);
    private readonly string _name = Guid.NewGuid().ToString("N")[..12];
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _published = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Job? _row;
    private JobAnswer? _job;
    private double? _secondsLeft;
    private byte[]? _snapshot;
    private int _watchers;
    private long _unwatchedSince = time.GetTimestamp();
    private bool _ended;
    private bool _over;

    /// <summary>What happens to the job; told after it is committed, so that who reads then reads it.</summary>
    public JobChanges Changes { get; } = new();

    /// <summary>True once the first event can be read; false: there is no such job.</summary>
    public Task<bool> Ready => _ready.Task;

    /// <summary>No event comes any more.</summary>
    public bool Ended
    {
        get
        {
            lock (_lock)
            {
                return _ended;
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

    /// <summary>The events after the one that was seen last, or a snapshot and the events after it; ends with the job.</summary>
    public async IAsyncEnumerable<byte[]> WatchAsync(string? lastEventId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Join();
        try
        {
            var place = EventText.NumberOf(lastEventId, _name) ?? -1;
            while (true)
            {
                var (events, next, published, ended) = After(place);
                place = next;
                foreach (var text in events)
                {
                    yield return text;
                }

                if (ended)
                {
                    yield break;
                }

                if (events.Count == 0)
                {
                    // A heartbeat wakes whoever waits: one timer for all of them.
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

    /// <summary>Reads and publishes until the job has ended, or is gone, or nobody has watched for a while.</summary>
    public async Task RunAsync(Func<bool> stopsUnwatched, CancellationToken cancellationToken)
    {
        try
        {
            Changes.Job();
            var beat = time.GetTimestamp();
            while (!stopsUnwatched())
            {
                if (await PublishAsync(cancellationToken))
                {
                    beat = time.GetTimestamp();
                }
                else if (time.GetElapsedTime(beat) >= s_heartbeat)
                {
                    Wake(() => { });
                    beat = time.GetTimestamp();
                }

                if (Ended)
                {
                    return;
                }

                await Task.Delay(s_interval, time, cancellationToken);
                await WaitAsync(cancellationToken);
            }
        }
        finally
        {
            _ready.TrySetResult(false);
            Wake(() => _ended = true);
        }
    }

    /// <summary>While bytes may come the rate changes without a word; else nothing happens before somebody says so.</summary>
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (_job?.Counts.Running > 0)
        {
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Changes.Any, Task.Delay(s_heartbeat / 5, time, stop.Token));
        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<bool> PublishAsync(CancellationToken cancellationToken)
    {
        var (any, numbers, many) = Changes.Take();
        if (any)
        {
            var (job, items) = await store.WatchAsync(id, numbers, cancellationToken);
            PublishRead(job, items, many);
            return true;
        }

        if (_row is null || reader.Read(_row) is var now && now.BytesPerSecond == _job!.BytesPerSecond)
        {
            return false;
        }

        _job = now;
        PublishDelta(now, [], resync: false);
        return true;
    }

    private void PublishRead(Job? job, IReadOnlyList<Item> items, bool many)
    {
        if (job is null)
        {
            // It was deleted: who watches is told by the end of the stream, and by 404 after it.
            Wake(() => _ended = true);
            _ready.TrySetResult(false);
            return;
        }

        var first = _job is null;
        _secondsLeft = _left.Note(job);
        (_row, _job) = (job, reader.Read(job));
        var over = job.Ended && !(job.State == JobState.Cancelled && job.Counts.Queued > 0);
        if (!first && (!over || items.Count > 0 || many))
        {
            PublishDelta(_job, items, many);
        }

        if (over)
        {
            Wake(() =>
            {
                _snapshot = null;
                _ring.Add(EventText.Of("end", _name, _ring.Last + 1, JobJson.Write(_job), EventText.EndMark(_job.FinishedAt)));
                (_ended, _over) = (true, true);
            });
        }

        _ready.TrySetResult(true);
    }

    private void PublishDelta(JobAnswer job, IReadOnlyList<Item> items, bool resync)
    {
        var json = JobJson.Write(new JobDelta(job.State, job.Counts, job.Bytes, job.BytesPerSecond, _secondsLeft, [.. items.Select(ItemAnswer.Of)], resync));
        Wake(() =>
        {
            _snapshot = null;
            _ring.Add(EventText.Of("delta", _name, _ring.Last + 1, json));
        });
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

    private (IReadOnlyList<byte[]> Events, long Place, Task Published, bool Ended) After(long place)
    {
        lock (_lock)
        {
            if (_ring.After(place) is { } events)
            {
                return (events, _ring.Last, _published.Task, _ended);
            }

            // The snapshot carries the number of the last event: what comes after it follows, and nothing before it. The end comes by itself.
            var number = _over ? _ring.Last - 1 : _ring.Last;
            _snapshot ??= EventText.Of("snapshot", _name, number, JobJson.Write(_job!));
            return ([_snapshot, .. _ring.After(number) ?? []], _ring.Last, _published.Task, _ended);
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
