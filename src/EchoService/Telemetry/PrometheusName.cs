using System.Text;

namespace EchoService.Telemetry;

/// <summary>From OpenTelemetry's names and units to Prometheus'.</summary>
/// <param name="Name">Without a counter's <c>_total</c>.</param>
/// <param name="Unit">In words, as OpenMetrics' UNIT line has it; empty where the name bears none.</param>
internal readonly record struct PrometheusName(string Name, string Unit)
{
    /// <summary>
    /// What <c>promtool check metrics</c> objects to: names that end in <c>_count</c>, which belongs to histograms. An empty name leaves an
    /// instrument out.
    /// </summary>
    private static readonly Dictionary<string, string> Renamed = new(StringComparer.Ordinal)
    {
        ["dotnet.timer.count"] = "dotnet.timers",
        ["dotnet.assembly.count"] = "dotnet.assemblies",
        ["dotnet.process.cpu.count"] = "dotnet.process.cpus",
        ["dotnet.thread_pool.thread.count"] = "dotnet.thread_pool.threads",
    };

    /// <summary>They go up and down, though the runtime publishes them as counters.</summary>
    private static readonly HashSet<string> Gauges = new(StringComparer.Ordinal)
    {
        "dotnet.thread_pool.thread.count",
        "dotnet.thread_pool.queue.length",
        "dotnet.timer.count",
        "dotnet.assembly.count",
        "dotnet.process.cpu.count",
    };

    public static bool IsGauge(string instrument) => Gauges.Contains(instrument);

    public static PrometheusName Of(string instrument, string? unit, bool gauge)
    {
        var name = Clean(Renamed.GetValueOrDefault(instrument, instrument));
        var suffix = unit switch
        {
            "s" => "seconds",
            "By" => "bytes",
            "1" when gauge => "ratio",
            null or "" or "1" => "",
            _ when unit.StartsWith('{') => "",
            _ => Clean(unit),
        };
        return suffix.Length == 0 || name.EndsWith($"_{suffix}", StringComparison.Ordinal) ? new(name, suffix) : new($"{name}_{suffix}", suffix);
    }

    /// <summary>Letters, digits and underscores; no digit first, no underscore twice.</summary>
    public static string Clean(string name)
    {
        var clean = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            var next = char.IsAsciiLetterOrDigit(c) ? c : '_';
            if (next != '_' || clean.Length == 0 || clean[^1] != '_')
            {
                clean.Append(next);
            }
        }

        return char.IsAsciiDigit(clean[0]) ? $"_{clean}" : clean.ToString();
    }
}
