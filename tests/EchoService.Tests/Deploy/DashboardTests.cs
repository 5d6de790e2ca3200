using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Deploy;

/// <summary>The dashboards of deploy/grafana.</summary>
public sealed class DashboardTests
{
    private static string[] Files => Directory.GetFiles(Repository.Path("deploy", "grafana", "dashboards"), "*.json");

    [Fact]
    public async Task EveryQueryIsPromQlAndNamesMetricsAndLabelsThatTheServiceHas()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        var metrics = await ScrapedMetrics.OfAsync(http);
        var queries = Files.SelectMany(Queries).ToArray();
        Assert.InRange(queries.Length, 20, 1000);
        Assert.All(queries, query =>
        {
            metrics.Has(query.Expression);
            metrics.HasLegend(query.Expression, query.Legend);
        });
        await IsPromQlAsync(queries.Select(query => query.Expression));
    }

    [Fact]
    public void BothHalvesHaveADashboardThatGrafanaFinds()
    {
        Assert.Equal(["channels.json", "downloads.json"], Files.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var source = Yaml.Read("deploy/grafana/provisioning/datasources/prometheus.yaml").Items("datasources").Single();
        var provider = Yaml.Read("deploy/grafana/provisioning/dashboards/echoservice.yaml").Items("providers").Single();
        Assert.Contains($"../grafana/dashboards:{provider.Text("options", "path")}:ro", Yaml.Read("deploy/compose/monitoring.yaml").Texts("services", "grafana", "volumes"));
        Assert.All(Files, file =>
        {
            using var dashboard = JsonDocument.Parse(File.ReadAllText(file));
            var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToArray();
            Assert.Equal(panels.Length, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
            Assert.Equal(panels.Length, panels.Select(panel => panel.GetProperty("gridPos")).Select(place => (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32())).Distinct().Count());
            Assert.All(panels.Where(panel => panel.TryGetProperty("datasource", out _)), panel => Assert.Equal(source.Text("uid"), panel.GetProperty("datasource").GetProperty("uid").GetString()));
        });
    }

    private static IEnumerable<(string Expression, string Legend)> Queries(string file)
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(file));
        return [.. dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.TryGetProperty("targets", out var targets) ? targets.EnumerateArray().ToArray() : [])
            .Select(target => (Grafana(target.GetProperty("expr").GetString()!), target.GetProperty("legendFormat").GetString()!))];
    }

    /// <summary>What Grafana puts in the place of its variables.</summary>
    private static string Grafana(string expression) =>
        expression.Replace("$__rate_interval", "1m", StringComparison.Ordinal).Replace("$instance", ".*", StringComparison.Ordinal);

    /// <summary>promtool reads queries as rules.</summary>
    private static async Task IsPromQlAsync(IEnumerable<string> expressions)
    {
        var file = Path.GetTempFileName();
        try
        {
            var rules = expressions.Select((expression, number) => $"  - record: query{number}\n    expr: {JsonSerializer.Serialize(expression)}\n");
            await File.WriteAllTextAsync(file, $"groups:\n- name: queries\n  rules:\n{string.Concat(rules)}", TestContext.Current.CancellationToken);
            var result = await Tool.RunAsync("promtool", ["check", "rules", file]);
            Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
