using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace EchoService.Telemetry;

/// <summary>
/// Our histograms with every label value that they will have (the instrument's own tags: <c>tags: [new("channel", string[])]</c>), so
/// that each series is there at zero before its first measurement.
/// </summary>
internal sealed class DeclaredHistograms
{
    private readonly ConcurrentDictionary<string, Declared> _byName = new(StringComparer.Ordinal);

    public IEnumerable<Declared> All => _byName.Values;

    public void Add(Instrument instrument)
    {
        if (instrument is Histogram<double> histogram && instrument.Meter.Name.StartsWith("EchoService", StringComparison.Ordinal))
        {
            var bounds = histogram.Advice?.HistogramBucketBoundaries ?? throw new InvalidOperationException($"{instrument.Name} gives no bucket boundaries.");
            _byName[instrument.Name] = new Declared(instrument.Name, instrument.Unit ?? "", instrument.Description ?? "", [.. bounds], LabelSets(instrument.Tags ?? []));
        }
    }

    private static List<PrometheusLabels> LabelSets(IEnumerable<KeyValuePair<string, object?>> tags)
    {
        IEnumerable<KeyValuePair<string, object?>[]> sets = [[]];
        foreach (var (name, value) in tags)
        {
            var values = value as string[] ?? throw new InvalidOperationException($"Tag {name} of a histogram must hold all its values as a string[].");
            sets = sets.SelectMany(set => values.Select(one => (KeyValuePair<string, object?>[])[.. set, new(name, one)]));
        }

        return [.. sets.Select(set => PrometheusLabels.Of(set))];
    }

    internal sealed record Declared(string Instrument, string Unit, string Description, double[] Bounds, IReadOnlyList<PrometheusLabels> LabelSets);
}
