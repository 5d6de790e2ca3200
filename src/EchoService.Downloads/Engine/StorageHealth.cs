using EchoService.Downloads.Content;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Logging;

namespace EchoService.Downloads.Engine;

/// <summary>
/// Whether bytes can be stored now. A full disk or a read-only folder is nobody's fault but the machine's: work stops, no
/// attempt is used up, and it goes on by itself when a probe succeeds.
/// </summary>
/// <remarks>
/// A probe is small: it may find room where the next file does not. Each time that work fails again soon after a probe succeeded, the pause
/// before the next one doubles, so that nothing is fetched over and over to be thrown away.
/// </remarks>
internal sealed class StorageHealth(IContentStorage storage, IDownloadStore store, TimeProvider time)
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private volatile string? _trouble;
    private TimeSpan _pause = s_shortest;
    private long? _recovered;

    /// <summary>Why nothing can be stored; null when all is well.</summary>
    public string? Trouble => _trouble;

    /// <summary>How long to wait before the next look.</summary>
    public TimeSpan Pause
    {
        get
        {
            lock (_lock)
            {
                return _pause;
            }
        }
    }

    /// <summary>The database does not answer: a probe that succeeds says all there is to know, so the pauses stay short. True: this is news.</summary>
    public bool FailStore(string reason)
    {
        lock (_lock)
        {
            var first = _trouble is null;
            (_trouble, _pause) = (reason, s_shortest);
            return first;
        }
    }

    /// <summary>True: this is news.</summary>
    public bool Fail(string reason)
    {
        lock (_lock)
        {
            var first = _trouble is null;
            if (first)
            {
                _pause = _recovered is { } since && time.GetElapsedTime(since) < _pause * 2 ? Shorter(_pause * 2, s_longest) : s_shortest;
            }

            _trouble = reason;
            return first;
        }
    }

    /// <summary>Takes note of what the disk, the bucket or the database failed with, and logs it where that is news.</summary>
    public void Report(Exception exception, ILogger logger)
    {
        if (exception is StoreException ? FailStore(exception.Message) : Fail(exception.Message))
        {
            DownloadsLog.StorageFailed(logger, exception.Message);
        }
    }

    /// <summary>Looks again. True: files and rows can be stored.</summary>
    public async Task<bool> RecheckAsync(CancellationToken cancellationToken)
    {
        var trouble = await storage.ProbeAsync(cancellationToken) ?? await ProbeStoreAsync(cancellationToken);
        lock (_lock)
        {
            _trouble = trouble;
            _recovered = time.GetTimestamp();
        }

        return trouble is null;
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private async Task<string?> ProbeStoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.ProbeAsync(cancellationToken);
            return null;
        }
        catch (StoreException exception)
        {
            return exception.Message;
        }
    }
}
