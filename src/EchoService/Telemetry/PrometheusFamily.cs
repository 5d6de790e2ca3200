namespace EchoService.Telemetry;

internal enum PrometheusKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>All series of one name.</summary>
internal sealed record PrometheusFamily(PrometheusName Name, PrometheusKind Kind, string Help)
{
    public Dictionary<PrometheusLabels, PrometheusPoint> Points { get; } = [];
}

/// <param name="Value">A counter's or gauge's value; a histogram's sum.</param>
/// <param name="Buckets">A histogram's bounds (the last is infinite) with the count of each bucket alone; else empty.</param>
internal readonly record struct PrometheusPoint(double Value, IReadOnlyList<(double Bound, long Count)> Buckets)
{
    public static PrometheusPoint Single(double value) => new(value, []);

    public static PrometheusPoint Zero(double[] bounds) =>
        new(0, [.. bounds.Append(double.PositiveInfinity).Select(bound => (bound, 0L))]);
}
