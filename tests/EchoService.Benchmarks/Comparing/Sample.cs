namespace EchoService.Benchmarks;

/// <summary>What one run gave: named figures, the same ones in each run of all contenders of a work, units in their names.</summary>
internal sealed record Sample(params (string Figure, double Value)[] Figures)
{
    /// <summary>The usual figures: units a second, processor time a unit, peak memory.</summary>
    /// <param name="unit">In the plural: <c>lines</c>.</param>
    public static Sample Of(string unit, double units, TimeSpan elapsed, TimeSpan processor, long peakBytes) => new(
        ($"{unit}/s", units / elapsed.TotalSeconds),
        ($"CPU us/{unit.TrimEnd('s')}", processor.TotalMicroseconds / units),
        ("peak MiB", peakBytes / (double)(1 << 20)));
}
