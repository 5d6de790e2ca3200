using OpenTelemetry;
using OpenTelemetry.Trace;

namespace EchoService.Telemetry;

/// <summary>Spans of requests served, requests made and of our own work. Without an OTLP endpoint nobody would read them: then there are none.</summary>
internal sealed class Traces(IConfiguration configuration) : IHostedService, IDisposable
{
    private TracerProvider? _provider;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (Otlp.IsConfigured(configuration))
        {
            AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false); // else server spans have no tags
            _provider = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(Otlp.Describe)
                .AddSource("EchoService*", "Microsoft.AspNetCore", "System.Net.Http", "Npgsql")
                .AddOtlpExporter()
                .Build();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _provider?.Dispose();
}
