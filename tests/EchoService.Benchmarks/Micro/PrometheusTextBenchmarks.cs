using BenchmarkDotNet.Attributes;
using EchoService.Telemetry;

namespace EchoService.Benchmarks;

/// <summary>The text of a scrape: 50 counters of 20 series each, and 5 histograms.</summary>
public class PrometheusTextBenchmarks
{
    private readonly List<PrometheusFamily> _families = [];

    [Params(false, true)]
    public bool OpenMetrics { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        for (var i = 0; i < 55; i++)
        {
            var histogram = i >= 50;
            var name = PrometheusName.Of($"echoservice.benchmark.n{i}", histogram ? "s" : "{item}", gauge: false);
            var family = new PrometheusFamily(name, histogram ? PrometheusKind.Histogram : PrometheusKind.Counter, "A family of the benchmark.");
            for (var series = 0; series < (histogram ? 1 : 20); series++)
            {
                family.Points[PrometheusLabels.Of([new("channel", $"channel-{series}")])] =
                    histogram ? PrometheusPoint.Zero([0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]) : PrometheusPoint.Single(series);
            }

            _families.Add(family);
        }
    }

    [Benchmark]
    public void Write() => new PrometheusText(TextWriter.Null, OpenMetrics).Write(_families);
}
