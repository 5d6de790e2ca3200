namespace EchoService.Benchmarks;

/// <param name="Missing">Contenders left out, and why.</param>
internal sealed record WorkResult(Work Work, int Rounds, IReadOnlyList<ContenderResult> Contenders, IReadOnlyList<string> Missing)
{
    /// <summary>Null: it was left out, and there are no ratios.</summary>
    public ContenderResult? Baseline => Contenders.FirstOrDefault(contender => contender.Name == Work.Baseline);
}

internal sealed record ContenderResult(string Name, IReadOnlyList<Sample> Samples)
{
    public IEnumerable<string> Figures => Samples[0].Figures.Select(figure => figure.Figure);

    public double Median(string figure) => MedianOf([.. Samples.Select(sample => Value(sample, figure))]);

    /// <summary>
    /// The median of the rounds' ratios, for runs of one round saw the same machine. Rounds that a baseline sits out are compared to its last.
    /// </summary>
    public double? Ratio(string figure, ContenderResult? baseline) => baseline is null || baseline.Samples.Count == 0
        ? null
        : MedianOf([.. Samples.Select((ours, round) => Value(ours, figure) / Value(baseline.Samples[Math.Min(round, baseline.Samples.Count - 1)], figure))]);

    private static double Value(Sample sample, string figure) => sample.Figures.First(entry => entry.Figure == figure).Value;

    private static double MedianOf(double[] values)
    {
        Array.Sort(values);
        return values.Length % 2 == 1 ? values[values.Length / 2] : (values[values.Length / 2 - 1] + values[values.Length / 2]) / 2;
    }
}
