using EchoService.Downloads.Engine;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EchoService.Downloads;

/// <summary>Ready: the store answers, the data folder can be written and has room.</summary>
internal sealed class DownloadsHealthCheck(SqliteDownloadStore store, StorageHealth health) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (health.Trouble is not null)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy("The data folder cannot be written or has no room."));
        }

        try
        {
            store.CountQueued();
            return Task.FromResult(HealthCheckResult.Healthy());
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy("The database does not answer."));
        }
    }
}
