using EchoService.Downloads.Store;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Engine;

/// <summary>
/// Renews this node's leases at a third of their time, and every second while that fails. What could not be renewed for half of it is
/// stopped, well before another node may take it over.
/// </summary>
internal sealed class LeaseRenewal(
    IDownloadStore store, RunningLanes running, StorageHealth health, IOptions<DownloadsOptions> options, TimeProvider time, ILogger<LeaseRenewal> logger)
{
    private readonly TimeSpan _lease = TimeSpan.FromSeconds(options.Value.LeaseSeconds);

    public async Task RunAsync(CancellationToken stopping)
    {
        var again = TimeSpan.FromSeconds(Math.Min(1, _lease.TotalSeconds / 10));
        var renewed = time.GetTimestamp();
        var pause = _lease / 3;
        try
        {
            while (true)
            {
                await Task.Delay(pause, time, stopping);
                var begun = time.GetTimestamp();
                if (await TryRenewAsync(stopping))
                {
                    (renewed, pause) = (begun, _lease / 3);
                    continue;
                }

                pause = again;
                if (time.GetElapsedTime(renewed) > _lease / 2)
                {
                    running.AbortAll();
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    /// <summary>An answer of a shared store that comes too late is none: the attempt ends in time for the lanes to be stopped.</summary>
    private async Task<bool> TryRenewAsync(CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        if (store.IsShared)
        {
            patience.CancelAfter(_lease / 6);
        }

        try
        {
            foreach (var token in await store.RenewAsync([.. running.Tokens], _lease, patience.Token))
            {
                running.Abort(token);
            }

            return true;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            Fail("The database did not answer in time.");
            return false;
        }
        catch (StoreException exception)
        {
            Fail(exception.Message);
            return false;
        }
    }

    private void Fail(string reason)
    {
        if (health.FailStore(reason))
        {
            DownloadsLog.StorageFailed(logger, reason);
        }
    }
}
