using System.Collections.Concurrent;
using EchoService.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EchoService.Tests.Telemetry;

public sealed class OtlpTests
{
    [Fact]
    public async Task SendsMetricsAndTracesWhereAnEndpointIsConfigured()
    {
        var received = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        await using var collector = await StartCollectorAsync(received);

        await using var service = ServiceProcess.Create();
        service.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        service.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        service.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "200";
        service.Environment["OTEL_BSP_SCHEDULE_DELAY"] = "200";
        await service.StartAsync();
        await service.Client.GetStringAsync("/hello/World", TestContext.Current.CancellationToken);

        await Eventually.True(
            () => received.GetValueOrDefault("/v1/metrics", "").Contains("echoservice.build.info", StringComparison.Ordinal)
                && received.GetValueOrDefault("/v1/traces", "").Contains("GET /hello/{name?}", StringComparison.Ordinal),
            "the collector has our metrics and the request's span");
        Assert.Contains("http.response.status_code", received["/v1/traces"], StringComparison.Ordinal);
        Assert.Equal(0, await service.StopAsync());
    }

    private static async Task<WebApplication> StartCollectorAsync(ConcurrentDictionary<string, string> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var collector = builder.Build();
        collector.Urls.Add("http://127.0.0.1:0");
        collector.MapPost("/v1/{signal}", async (HttpRequest request) =>
        {
            using var body = new StreamReader(request.Body, System.Text.Encoding.Latin1);
            var text = await body.ReadToEndAsync(request.HttpContext.RequestAborted);
            received.AddOrUpdate(request.Path.Value!, text, (_, before) => before + text);
        });
        await collector.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }
}
