using Microsoft.AspNetCore.Diagnostics.HealthChecks;
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
        Map(routes, "/health/live", static _ => false);
        Map(routes, "/health/ready", static _ => true);
        Map(routes, "/health/ready/tcp", static check => check.Tags.Contains(TcpTag));
        Map(routes, "/health/ready/downloads", static check => check.Tags.Contains(DownloadsTag));
    }

    private static void Map(IEndpointRouteBuilder routes, string path, Func<HealthCheckRegistration, bool> chosen) =>
        routes.MapHealthChecks(path, new HealthCheckOptions { Predicate = chosen, ResponseWriter = HealthAnswer.WriteAsync }).AllowAnonymous();
}
