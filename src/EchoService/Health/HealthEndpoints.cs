using EchoService.Auth;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EchoService.Health;

/// <summary>
/// Each half registers its own checks: <c>services.AddHealthChecks().AddCheck&lt;T&gt;("channels", tags: ["tcp"])</c>. A balancer before a
/// channel asks for that half alone, so that a full disk does not take echo away.
/// </summary>
internal static class HealthEndpoints
{
    public const string TcpTag = "tcp";
    public const string DownloadsTag = "downloads";

    public static void AddHealth(this IServiceCollection services) => services.AddHealthChecks()
        .AddCheck<StoppingHealthCheck>("stopping", tags: [TcpTag, DownloadsTag]);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        Map(routes, "/health/live", static _ => false).WithSummary("The process answers.");
        Map(routes, "/health/ready", static _ => true).WithSummary("All of the service can be used.");
        Map(routes, "/health/ready/tcp", static check => check.Tags.Contains(TcpTag)).WithSummary("Every channel listens.");
        Map(routes, "/health/ready/downloads", static check => check.Tags.Contains(DownloadsTag)).WithSummary("The store answers, and there is room for files.");
    }

    /// <summary>Probes are asked for no key and counted against no rate.</summary>
    private static RouteHandlerBuilder Map(IEndpointRouteBuilder routes, string path, Func<HealthCheckRegistration, bool> chosen) =>
        routes.MapGet(path, (HealthCheckService checks, HttpResponse response, CancellationToken cancellationToken) => ReportAsync(checks, chosen, response, cancellationToken))
            .AllowAnonymous()
            .WithMetadata(RequestRates.NotCounted)
            .WithTags("Health")
            .Produces<HealthAnswer>()
            .Produces<HealthAnswer>(StatusCodes.Status503ServiceUnavailable);

    private static async Task<JsonHttpResult<HealthAnswer>> ReportAsync(
        HealthCheckService checks, Func<HealthCheckRegistration, bool> chosen, HttpResponse response, CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(chosen, cancellationToken);
        response.Headers.CacheControl = "no-store";
        return TypedResults.Json(
            HealthAnswer.Of(report),
            statusCode: report.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }
}
