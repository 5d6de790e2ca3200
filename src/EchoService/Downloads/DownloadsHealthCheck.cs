using EchoService.Downloads.Engine;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EchoService.Downloads;

/// <summary>Ready: the store answers, the data folder can be written and has room.</summary>
internal sealed class DownloadsHealthCheck(IDownloadStore store, StorageHealth health) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (health.Trouble is not null)
        {
            return HealthCheckResult.Unhealthy("Nothing can be stored: the database does not answer, or the storage of files cannot be written or has no room.");
        }

        try
        {
            await store.CountQueuedAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (StoreException)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.");
        }
    }
}
