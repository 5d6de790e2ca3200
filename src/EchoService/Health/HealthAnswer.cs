using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EchoService.Health;

/// <summary>A report for whoever probes; no exception goes out.</summary>
/// <param name="Status">Healthy, Degraded or Unhealthy.</param>
internal sealed record HealthAnswer(string Status, IReadOnlyDictionary<string, HealthCheckAnswer> Checks)
{
    public static HealthAnswer Of(HealthReport report) => new(
        report.Status.ToString(),
        report.Entries.ToDictionary(
            check => check.Key, check => new HealthCheckAnswer(check.Value.Status.ToString(), check.Value.Description), StringComparer.Ordinal));
}

internal sealed record HealthCheckAnswer(string Status, string? Description);
