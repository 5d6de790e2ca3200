using EchoService.Downloads.Engine;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Watching;

/// <summary>Writes one job's feed: at most four times a second, and only where something changed, it reads the job once for all who watch.</summary>
internal sealed class JobPublisher(string id, JobFeed feed, IDownloadStore store, JobReader reader, TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(15);

    private readonly TimeLeft _left = new(time);
    private Job? _row;
    private JobAnswer? _job;
    private double? _secondsLeft;

    /// <summary>Reads and publishes until the job has ended, or is gone, or nobody has watched for a while.</summary>
    public async Task RunAsync(Func<bool> stopsUnwatched, CancellationToken cancellationToken)
    {
        try
        {
            feed.Changes.Job();
            var beat = time.GetTimestamp();
            while (!stopsUnwatched())
            {
                if (await PublishAsync(cancellationToken))
                {
                    beat = time.GetTimestamp();
                }
                else if (time.GetElapsedTime(beat) >= s_heartbeat)
                {
                    feed.Beat();
                    beat = time.GetTimestamp();
                }

                if (feed.Closed)
                {
                    return;
                }

                await Task.Delay(s_interval, time, cancellationToken);
                await WaitAsync(cancellationToken);
            }
        }
        catch (StoreException exception)
        {
            feed.Fail(exception);
            throw;
        }
        finally
        {
            feed.Close();
        }
    }

    /// <summary>While bytes may come the rate changes without a word; else nothing happens before somebody says so.</summary>
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (_job?.Counts.Running > 0 || store.IsShared)
        {
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(feed.Changes.Any, Task.Delay(s_heartbeat / 5, time, stop.Token));
        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<bool> PublishAsync(CancellationToken cancellationToken)
    {
        var (any, numbers, many) = feed.Changes.Take();
        if (store.IsShared)
        {
            // Other nodes work on it too and say nothing: it is read as often as it may be told of, and its items are to be listed anew.
            var (seen, _) = await store.WatchAsync(id, [], cancellationToken);
            if (any || _row is null || seen is null || Differs(seen, _row))
            {
                PublishRead(seen, [], many: true);
                return true;
            }
        }
        else if (any)
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
        feed.Add(now, Delta(now, [], resync: false));
        return true;
    }

    private static bool Differs(Job now, Job before) =>
        (now.State, now.Counts, now.Bytes, now.FinishedAt) != (before.State, before.Counts, before.Bytes, before.FinishedAt);

    private void PublishRead(Job? job, IReadOnlyList<Item> items, bool many)
    {
        if (job is null)
        {
            // It was deleted: who watches is told by the end of the stream, and by 404 after it.
            feed.Close();
            return;
        }

        var first = _job is null;
        _secondsLeft = _left.Note(job);
        (_row, _job) = (job, reader.Read(job));
        var over = job.Ended && !(job.State == JobState.Cancelled && job.Counts.Queued > 0);
        if (first)
        {
            feed.Begin(_job);
        }
        else if (!over || items.Count > 0 || many)
        {
            feed.Add(_job, Delta(_job, items, many));
        }

        if (over)
        {
            feed.End(_job);
        }

        feed.Open();
    }

    private JobDelta Delta(JobAnswer job, IReadOnlyList<Item> items, bool resync) =>
        new(job.State, job.Counts, job.Bytes, job.BytesPerSecond, _secondsLeft, [.. items.Select(ItemAnswer.Of)], resync);
}
