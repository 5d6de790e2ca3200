using System.Diagnostics.Metrics;
using EchoService.Downloads.Store;

namespace EchoService.Downloads;

/// <summary>
/// How many items wait, for a gauge: those are read synchronously, and a database over a network is not. Where it does not answer at once,
/// the answer to the reading before is given.
/// </summary>
internal sealed class QueuedGauge(IDownloadStore store)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private Task<long?> _reading = Task.FromResult<long?>(null);
    private long? _last;

    /// <summary>No measurement where the database does not answer, or is closed already at the last collection.</summary>
    public IEnumerable<Measurement<long>> Read()
    {
        lock (_lock)
        {
            Take();
            if (_reading.IsCompleted)
            {
                _reading = ReadAsync();
                Take();
            }

            return _last is { } count ? [new(count)] : [];
        }
    }

    private void Take()
    {
        if (_reading.IsCompletedSuccessfully)
        {
            _last = _reading.GetAwaiter().GetResult();
        }
    }

    private async Task<long?> ReadAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(s_patience);
            return await store.CountQueuedAsync(patience.Token);
        }
        catch (Exception exception) when (exception is StoreException or ObjectDisposedException or OperationCanceledException)
        {
            return null;
        }
    }
}
