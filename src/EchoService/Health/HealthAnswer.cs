using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EchoService.Health;

/// <summary><c>{ "status": "Healthy", "checks": { "channels": { "status", "description" } } }</c>; no exception goes out.</summary>
internal static class HealthAnswer
{
    public static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new
        {
            status = report.Status.ToString(),
            checks = report.Entries.ToDictionary(
                check => check.Key,
                check => new { status = check.Value.Status.ToString(), description = check.Value.Description },
                StringComparer.Ordinal),
        },
        context.RequestAborted);
}
