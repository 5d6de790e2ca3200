using System.Text.RegularExpressions;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Deploy;

/// <summary>What lies in deploy/prometheus: scrape configurations and alert rules.</summary>
public sealed partial class PrometheusFileTests
{
    private const string Rules = "deploy/prometheus/alerts.yml";
    private const string Cases = "deploy/prometheus/alerts.test.yml";

    [Theory]
    [InlineData("check config", "deploy/prometheus/prometheus.yml")]
    [InlineData("check config", "deploy/prometheus/cluster.yml")]
    [InlineData("check rules", Rules)]
    [InlineData("test rules", Cases)]
    public async Task PromtoolIsContent(string command, string file)
    {
        var result = await Tool.RunAsync("promtool", [.. command.Split(' '), Repository.Path(file.Split('/'))]);
        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
    }

    [Fact]
    public void EveryAlertHasACaseInWhichItFiresAndOneInWhichItDoesNot()
    {
        var cases = Yaml.Read(Cases).Items("tests").SelectMany(test => test.Items("alert_rule_test")).ToLookup(test => test.Text("alertname"));
        var alerts = Yaml.Read(Rules).Items("groups").SelectMany(group => group.Items("rules")).Select(rule => rule.Text("alert")).ToArray();
        Assert.InRange(alerts.Length, 6, 100);
        Assert.All(alerts, alert =>
        {
            Assert.Contains(cases[alert], test => test.Items("exp_alerts").Count > 0);
            Assert.Contains(cases[alert], test => test.Items("exp_alerts").Count == 0);
        });
    }

    [Fact]
    public async Task RulesAndTheirCasesNameMetricsThatTheServiceHas()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        var metrics = await ScrapedMetrics.OfAsync(http);
        var rules = Yaml.Read(Rules).Items("groups").SelectMany(group => group.Items("rules")).Select(rule => rule.Text("expr")!).ToArray();
        var series = Yaml.Read(Cases).Items("tests").SelectMany(test => test.Items("input_series")).Select(input => input.Text("series")!).ToArray();
        Assert.NotEmpty(series);
        Assert.All(rules.Concat(series), metrics.Has);
    }

    [Fact]
    public async Task TheReadmeTellsOfExactlyTheMetricsOfOursThatThereAre()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        var text = await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        var there = Family().Matches(text).Select(match => match.Groups["name"].Value);
        var readme = await File.ReadAllTextAsync(Repository.Path("README.md"), TestContext.Current.CancellationToken);
        var rows = readme.Split("| Metric (`echoservice_…`)")[1].Split("\n\n")[0].Split('\n').Skip(2);
        var told = rows.SelectMany(row => Quoted().Matches(row.Split('|')[1]).Select(match => match.Groups["name"].Value));
        Assert.Equal(there.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^# TYPE echoservice_(?<name>\w+) ", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex Family();

    [GeneratedRegex(@"`(?<name>\w+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex Quoted();
}
