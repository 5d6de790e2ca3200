using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace EchoService.Telemetry;

/// <summary>Keeps what the SDK's reader collected last, in Prometheus' terms.</summary>
internal sealed class PrometheusExporter(DeclaredHistograms histograms) : BaseExporter<Metric>
{
    private readonly SortedDictionary<string, PrometheusFamily> _families = new(StringComparer.Ordinal);

    public IReadOnlyCollection<PrometheusFamily> Families => _families.Values;

    public override ExportResult Export(in Batch<Metric> batch)
    {
        _families.Clear();
        foreach (var metric in batch)
        {
            var family = FamilyOf(metric);
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                family.Points[LabelsOf(point)] = PointOf(metric.MetricType, point);
            }
        }

        foreach (var declared in histograms.All)
        {
            var family = FamilyOf(declared.Instrument, declared.Unit, declared.Description, PrometheusKind.Histogram);
            foreach (var labels in declared.LabelSets)
            {
                family.Points.TryAdd(labels, PrometheusPoint.Zero(declared.Bounds));
            }
        }

        return ExportResult.Success;
    }

    private static PrometheusLabels LabelsOf(in MetricPoint point)
    {
        var tags = new List<KeyValuePair<string, object?>>(point.Tags.Count);
        foreach (var tag in point.Tags)
        {
            tags.Add(tag);
        }

        return PrometheusLabels.Of(tags);
    }

    private static PrometheusPoint PointOf(MetricType type, in MetricPoint point)
    {
        switch (type)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                return PrometheusPoint.Single(point.GetSumLong());
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                return PrometheusPoint.Single(point.GetSumDouble());
            case MetricType.LongGauge:
                return PrometheusPoint.Single(point.GetGaugeLastValueLong());
            case MetricType.DoubleGauge:
                return PrometheusPoint.Single(point.GetGaugeLastValueDouble());
            default:
                var buckets = new List<(double, long)>();
                foreach (var bucket in point.GetHistogramBuckets())
                {
                    buckets.Add((bucket.ExplicitBound, bucket.BucketCount));
                }

                return new(point.GetHistogramSum(), buckets);
        }
    }

    private static PrometheusKind KindOf(Metric metric) => metric.MetricType switch
    {
        MetricType.LongSum or MetricType.DoubleSum when !PrometheusName.IsGauge(metric.Name) => PrometheusKind.Counter,
        MetricType.Histogram => PrometheusKind.Histogram,
        _ => PrometheusKind.Gauge,
    };

    private PrometheusFamily FamilyOf(Metric metric) => FamilyOf(metric.Name, metric.Unit, metric.Description, KindOf(metric));

    private PrometheusFamily FamilyOf(string instrument, string unit, string description, PrometheusKind kind)
    {
        var name = PrometheusName.Of(instrument, unit, kind == PrometheusKind.Gauge);
        if (!_families.TryGetValue(name.Name, out var family))
        {
            _families.Add(name.Name, family = new PrometheusFamily(name, kind, description));
        }

        return family;
    }
}
