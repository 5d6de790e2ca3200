using EchoService.Auth;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace EchoService.Telemetry;

internal static class TelemetryExtensions
{
    /// <summary>To be called before what is measured: meters see nothing of what came before them.</summary>
    public static void AddTelemetry(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<Meters>();
        services.AddHostedService(provider => provider.GetRequiredService<Meters>());
        services.AddHostedService<Traces>();
    }

    public static void MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", Scrape).RequireAuthorization(Access.Metrics).WithTags("Telemetry").WithSummary("Prometheus text, or OpenMetrics 1.0 by Accept").Produces(StatusCodes.Status200OK, contentType: "text/plain").DisableHttpMetrics();

    private static ContentHttpResult Scrape(Meters meters, HttpRequest request)
    {
        var openMetrics = PrefersOpenMetrics(request.Headers.Accept);
        return TypedResults.Text(meters.Scrape(openMetrics), openMetrics ? PrometheusText.OpenMetricsContentType : PrometheusText.ContentType);
    }

    private static bool PrefersOpenMetrics(IList<string?> accept) =>
        MediaTypeHeaderValue.TryParseList([.. accept.OfType<string>()], out var types)
        && types.MaxBy(type => type.Quality ?? 1) is { } best // the first of equals
        && best.MediaType == "application/openmetrics-text";
}
