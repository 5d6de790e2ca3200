using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using EchoService.Tcp;
using EchoService.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace EchoService.Tests.Telemetry;

public sealed class MetricsTests
{
    [Fact]
    public async Task PromtoolFindsNothingToSay()
    {
        Tool.Require("promtool");
        using var service = new ServiceFixture();
        using var client = service.CreateClient();
        await client.GetStringAsync("/hello/World", TestContext.Current.CancellationToken);
        var result = await Tool.RunAsync("promtool", ["check", "metrics"], await ScrapeAsync(client));
        Assert.Equal(new ToolResult(0, "", ""), result);
    }

    [Fact]
    public async Task SaysWhichVersionRuns()
    {
        using var service = new ServiceFixture();
        using var client = service.CreateClient();
        Assert.Contains("echoservice_build_info{version=\"0.1.0\"} 1\n", await ScrapeAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CountsRequestsByRoute()
    {
        using var service = new ServiceFixture();
        using var client = service.CreateClient();
        await client.GetStringAsync("/hello/a", TestContext.Current.CancellationToken);
        await client.GetStringAsync("/hello/b", TestContext.Current.CancellationToken);
        await Eventually.Passes(async () => Assert.Contains(
            "http_server_request_duration_seconds_count{http_request_method=\"GET\",http_response_status_code=\"200\",http_route=\"/hello/{name?}\",network_protocol_version=\"1.1\",url_scheme=\"http\"} 2\n",
            await ScrapeAsync(client),
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task ShowsADeclaredHistogramAtZeroBeforeItsFirstMeasurement()
    {
        using var service = new ServiceFixture();
        using var client = service.CreateClient();
        using var meter = service.Services.GetRequiredService<IMeterFactory>().Create("EchoService");
        var histogram = meter.CreateHistogram<double>(
            "echoservice.test.duration", "s", "For this test.", [new("channel", new[] { "a", "b" })], new() { HistogramBucketBoundaries = [0.5, 2] });

        Assert.Contains(
            """
            # TYPE echoservice_test_duration_seconds histogram
            # HELP echoservice_test_duration_seconds For this test.
            echoservice_test_duration_seconds_bucket{channel="a",le="0.5"} 0
            echoservice_test_duration_seconds_bucket{channel="a",le="2"} 0
            echoservice_test_duration_seconds_bucket{channel="a",le="+Inf"} 0
            echoservice_test_duration_seconds_sum{channel="a"} 0
            echoservice_test_duration_seconds_count{channel="a"} 0
            echoservice_test_duration_seconds_bucket{channel="b",le="0.5"} 0
            """,
            await ScrapeAsync(client),
            StringComparison.Ordinal);

        histogram.Record(1, new KeyValuePair<string, object?>("channel", "b"));
        var text = await ScrapeAsync(client);
        Assert.Contains("echoservice_test_duration_seconds_bucket{channel=\"b\",le=\"0.5\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("echoservice_test_duration_seconds_bucket{channel=\"b\",le=\"2\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("echoservice_test_duration_seconds_sum{channel=\"b\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("echoservice_test_duration_seconds_count{channel=\"a\"} 0\n", text, StringComparison.Ordinal);
    }

    /// <summary>The SDK would sum those beyond its room as one.</summary>
    [Fact]
    public async Task EverySeriesOfManyChannelsIsShown()
    {
        const int Channels = 150;
        using var service = new ServiceFixture([.. Enumerable.Range(0, Channels).SelectMany(n => ((string, string?)[])[($"Tcp:Channels:c{n}:Kind", "Echo"), ($"Tcp:Channels:c{n}:Port", "0")])]);
        using var client = service.CreateClient();
        var text = await ScrapeAsync(client);
        var closed = text.Split('\n').Where(line => line.StartsWith("echoservice_tcp_closed_total{", StringComparison.Ordinal)).ToList();
        Assert.Equal((Channels + ServiceFixture.FreeChannelPorts.Count) * Enum.GetValues<CloseReason>().Length, closed.Count);
        Assert.DoesNotContain("otel_metric_overflow", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeepsOtherHostsOfTheProcessOut()
    {
        using var service = new ServiceFixture();
        using var other = new ServiceFixture();
        using var client = service.CreateClient();
        using var meter = other.Services.GetRequiredService<IMeterFactory>().Create("EchoService");
        meter.CreateCounter<long>("echoservice.other").Add(1);
        Assert.DoesNotContain("echoservice_other", await ScrapeAsync(client), StringComparison.Ordinal);

        using var otherClient = other.CreateClient();
        Assert.Contains("echoservice_other_total 1\n", await ScrapeAsync(otherClient), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WritesOpenMetricsToWhomItIsDearer()
    {
        using var service = new ServiceFixture();
        using var client = service.CreateClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation(
            "Accept", "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2");
        using var response = await client.GetAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Equal(MediaTypeHeaderValue.Parse("application/openmetrics-text; version=1.0.0; charset=utf-8"), response.Content.Headers.ContentType);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("# TYPE dotnet_gc_pause_time_seconds counter\n# UNIT dotnet_gc_pause_time_seconds seconds\n", text, StringComparison.Ordinal);
        Assert.Contains("\ndotnet_gc_pause_time_seconds_total ", text, StringComparison.Ordinal);
        Assert.EndsWith("\n# EOF\n", text, StringComparison.Ordinal);
    }

    private static async Task<string> ScrapeAsync(HttpClient client)
    {
        using var response = await client.GetAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Equal(MediaTypeHeaderValue.Parse("text/plain; version=0.0.4; charset=utf-8"), response.Content.Headers.ContentType);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
