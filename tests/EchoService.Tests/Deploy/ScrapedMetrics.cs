using System.Text.RegularExpressions;

namespace EchoService.Tests.Deploy;

/// <summary>The series of a running service, by name, each with its labels.</summary>
internal sealed partial class ScrapedMetrics
{
    private readonly ILookup<string, Dictionary<string, string>> _series;

    private ScrapedMetrics(string text) => _series = Sample().Matches(text).ToLookup(
        match => match.Groups["name"].Value,
        match => Label().Matches(match.Groups["labels"].Value).ToDictionary(label => label.Groups["name"].Value, label => label.Groups["value"].Value, StringComparer.Ordinal),
        StringComparer.Ordinal);

    public static async Task<ScrapedMetrics> OfAsync(HttpClient http)
    {
        // A series of HTTP is there after the first request alone.
        await http.GetStringAsync("/hello/World", TestContext.Current.CancellationToken);
        return new(await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken));
    }

    public void Has(string query)
    {
        var parsed = new PromQl(query);
        Assert.NotEmpty(parsed.Selectors);
        Assert.All(parsed.Selectors, selector =>
        {
            var series = SeriesOf(selector.Metric);
            Assert.True(series.Length > 0, $"/metrics has no {selector.Metric}");
            Assert.All(selector.Matchers.Where(matcher => !IsPrometheus(matcher.Label)), matcher =>
            {
                Assert.True(Array.Exists(series, labels => labels.ContainsKey(matcher.Label)), $"{selector.Metric} has no label {matcher.Label}");

                // Ours are all there from the start; of HTTP's, only what has been asked for.
                Assert.True(
                    !selector.Metric.StartsWith("echoservice_", StringComparison.Ordinal) || Array.Exists(series, labels => matcher.Matches(labels.GetValueOrDefault(matcher.Label, ""))),
                    $"{selector.Metric} has no series with {matcher}");
            });
        });
        Assert.All(parsed.Labels.Where(label => !IsPrometheus(label)), label => HasLabel(parsed, label));
    }

    /// <summary>A label in a query's legend has to be there in its result.</summary>
    public void HasLegend(string query, string legend)
    {
        var parsed = new PromQl(query);
        foreach (var label in LegendLabel().Matches(legend).Select(match => match.Groups["label"].Value))
        {
            if (parsed.Labels.Count > 0)
            {
                Assert.Contains(label, parsed.Labels);
            }
            else if (!IsPrometheus(label))
            {
                HasLabel(parsed, label);
            }
        }
    }

    private void HasLabel(PromQl query, string label) =>
        Assert.True(query.Selectors.Any(selector => SeriesOf(selector.Metric).Any(labels => labels.ContainsKey(label))), $"no metric of the query has a label {label}");

    /// <summary><c>up</c> is Prometheus' own.</summary>
    private Dictionary<string, string>[] SeriesOf(string metric) => metric == "up" ? [[]] : [.. _series[metric]];

    private static bool IsPrometheus(string label) => label is "job" or "instance";

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>.*)\})? \S+$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex Sample();

    [GeneratedRegex("(?<name>[a-zA-Z_]\\w*)=\"(?<value>(\\\\.|[^\"\\\\])*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex Label();

    [GeneratedRegex(@"\{\{\s*(?<label>\w+)\s*\}\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex LegendLabel();
}
