using System.Globalization;

namespace EchoService.Telemetry;

/// <summary>
/// Prometheus' text format 0.0.4, and OpenMetrics 1.0, which differs in little: families bear no <c>_total</c>, units are told, whole
/// bounds have a point, and there is an end.
/// </summary>
internal sealed class PrometheusText(TextWriter output, bool openMetrics)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";
    public const string OpenMetricsContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    public void Write(IEnumerable<PrometheusFamily> families)
    {
        foreach (var family in families.Where(family => family.Points.Count > 0))
        {
            WriteHead(family);
            foreach (var (labels, point) in family.Points)
            {
                WritePoint(family, labels.Text, point);
            }
        }

        if (openMetrics)
        {
            output.Write("# EOF\n");
        }
    }

    private void WriteHead(PrometheusFamily family)
    {
        var name = openMetrics ? family.Name.Name : SampleName(family);
        output.Write($"# TYPE {name} {Word(family.Kind)}\n");
        if (openMetrics && family.Name.Unit.Length > 0)
        {
            output.Write($"# UNIT {name} {family.Name.Unit}\n");
        }

        var help = family.Help.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        output.Write($"# HELP {name} {(openMetrics ? help.Replace("\"", "\\\"", StringComparison.Ordinal) : help)}\n");
    }

    private void WritePoint(PrometheusFamily family, string labels, PrometheusPoint point)
    {
        if (family.Kind != PrometheusKind.Histogram)
        {
            WriteSample(SampleName(family), labels, point.Value);
            return;
        }

        var count = 0L;
        foreach (var (bound, inBucket) in point.Buckets)
        {
            count += inBucket;
            WriteSample($"{family.Name.Name}_bucket", $"{labels}{(labels.Length > 0 ? "," : "")}le=\"{Bound(bound)}\"", count);
        }

        WriteSample($"{family.Name.Name}_sum", labels, point.Value);
        WriteSample($"{family.Name.Name}_count", labels, count);
    }

    private void WriteSample(string name, string labels, double value)
    {
        output.Write(name);
        if (labels.Length > 0)
        {
            output.Write($"{{{labels}}}");
        }

        output.Write($" {Number(value)}\n");
    }

    private static string SampleName(PrometheusFamily family) =>
        family.Kind == PrometheusKind.Counter && !family.Name.Name.EndsWith("_total", StringComparison.Ordinal) ? $"{family.Name.Name}_total" : family.Name.Name;

    private static string Word(PrometheusKind kind) => kind switch
    {
        PrometheusKind.Counter => "counter",
        PrometheusKind.Histogram => "histogram",
        _ => "gauge",
    };

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private string Bound(double bound) =>
        openMetrics && double.IsInteger(bound) ? bound.ToString("0.0", CultureInfo.InvariantCulture) : Number(bound);
}
