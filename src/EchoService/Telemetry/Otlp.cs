using EchoService.Configuration;
using OpenTelemetry.Resources;

namespace EchoService.Telemetry;

/// <summary>The exporter itself reads the standard variables: OTEL_EXPORTER_OTLP_PROTOCOL, OTEL_EXPORTER_OTLP_HEADERS, OTEL_METRIC_EXPORT_INTERVAL …</summary>
internal static class Otlp
{
    public static bool IsConfigured(IConfiguration configuration) => !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

    /// <summary>OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES override it.</summary>
    public static void Describe(ResourceBuilder resource) => resource.AddService("EchoService", serviceVersion: CommandLine.Version).AddEnvironmentVariableDetector();
}
