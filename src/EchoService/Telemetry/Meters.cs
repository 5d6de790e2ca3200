using System.Diagnostics.Metrics;
using EchoService.Configuration;
using EchoService.Lab;
using EchoService.Tcp;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace EchoService.Telemetry;

/// <summary>The SDK's meter provider of this host: read by Prometheus at /metrics, and sent by OTLP where an endpoint is configured.</summary>
internal sealed class Meters : IHostedService, IDisposable
{
    private readonly Lock _scrape = new();
    private readonly PrometheusExporter _exporter;
    private readonly BaseExportingMetricReader _reader;
    private readonly MeterProvider _provider;

    public Meters(IMeterFactory factory, IConfiguration configuration, IOptions<TcpOptions> tcp, IOptions<LabOptions> lab)
    {
        factory.Create("EchoService").CreateObservableGauge(
            "echoservice.build.info", static () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", CommandLine.Version)), description: "The version that runs.");

        var views = new MetricViews(factory, tcp.Value.Channels.Count + lab.Value.Servers.Count);
        _exporter = new PrometheusExporter(views.Histograms);
        _reader = new BaseExportingMetricReader(_exporter);
        var builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(Otlp.Describe)
            .AddMeter(MetricViews.Meters)
            .AddView(views.Choose)
            .AddReader(_reader);
        _provider = (Otlp.IsConfigured(configuration) ? builder.AddOtlpExporter() : builder).Build();
    }

    /// <summary>One scrape at a time: the reader keeps one collection.</summary>
    public string Scrape(bool openMetrics)
    {
        using var text = new StringWriter();
        lock (_scrape)
        {
            _reader.Collect();
            new PrometheusText(text, openMetrics).Write(_exporter.Families);
        }

        return text.ToString();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _provider.Dispose();
}
