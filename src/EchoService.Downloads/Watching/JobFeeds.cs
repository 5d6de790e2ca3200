using System.Collections.Concurrent;
using EchoService.Downloads.Engine;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Watching;

/// <summary>
/// The jobs that somebody watches, one feed each, kept for a minute after the last watcher so that a reconnect misses nothing, and for one
/// after the job's end.
/// </summary>
internal sealed class JobFeeds(IDownloadStore store, JobReader reader, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_kept = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, JobFeed> _feeds = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Where to note what changes in the job; null: nobody watches it.</summary>
    public JobChanges? Of(string id)
    {
        if (_feeds.IsEmpty || !_feeds.TryGetValue(id, out var feed))
        {
            return null;
        }

        if (feed.Closed)
        {
            // The job lives again: whoever comes now gets a new feed.
            _feeds.TryRemove(KeyValuePair.Create(id, feed));
            return null;
        }

        return feed.Changes;
    }

    /// <summary>The job's feed, its first event ready; null: there is no such job.</summary>
    /// <exception cref="StoreException">The database does not answer.</exception>
    public async Task<JobFeed?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (!_feeds.TryGetValue(id, out var feed) || (feed.Closed && !feed.IsOver && _feeds.TryRemove(KeyValuePair.Create(id, feed))))
        {
            var made = new JobFeed(time);
            feed = _feeds.GetOrAdd(id, made);
            if (feed == made)
            {
                _ = Task.Run(() => RunAsync(id, made), CancellationToken.None);
            }
        }

        return await feed.Ready.WaitAsync(cancellationToken) ? feed : null;
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task RunAsync(string id, JobFeed feed)
    {
        try
        {
            await new JobPublisher(id, feed, store, reader, time).RunAsync(() => feed.Unwatched > s_kept, _stopping.Token);
            if (feed.IsOver)
            {
                await Task.Delay(s_kept, time, _stopping.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or StoreException)
        {
            // The service ends, or the store does not answer: the streams end, and who reconnects begins anew.
        }
        finally
        {
            _feeds.TryRemove(KeyValuePair.Create(id, feed));
        }
    }
}
