using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace EchoService.Telemetry;

/// <summary>Which instruments are measured, and with which labels. All of it in one function: the SDK applies every view that matches.</summary>
internal sealed class MetricViews(IMeterFactory ours)
{
    /// <summary>Our meters and the framework's; without those of the log and of dependency injection, which say nothing of this service.</summary>
    public static readonly string[] Meters = ["EchoService*", "Microsoft.AspNetCore.*", "System.Net.*", "System.Runtime", "Npgsql"];

    /// <summary>
    /// Series of one instrument whose labels come from small sets. The SDK takes the memory for all that there may be at once, 100 bytes each,
    /// and for 2,000 where nothing is said. Those beyond are counted together, as <c>otel_metric_overflow</c>.
    /// </summary>
    private const int Few = 200;

    /// <summary>Whose instruments are labelled by channel, route, port, or what origins answer.</summary>
    private static readonly HashSet<string> ManySeries = new(StringComparer.Ordinal)
    {
        "EchoService.Tcp", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Routing", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http",
    };

    /// <summary>Labels that a stranger chooses (addresses, names) have no bound: these instruments keep only the labels given here.</summary>
    private static readonly Dictionary<string, string[]> BoundedLabels = new(StringComparer.Ordinal)
    {
        ["http.client.request.duration"] = ["http.request.method", "http.response.status_code", "error.type"],
        ["http.client.active_requests"] = ["http.request.method"],
        ["http.client.open_connections"] = ["http.connection.state"],
        ["http.client.connection.duration"] = [],
        ["http.client.request.time_in_queue"] = [],
        ["dns.lookup.duration"] = ["error.type"],
    };

    /// <summary>OpenTelemetry's name for the connections of a pool ends as only a histogram's or summary's count may in Prometheus: it gets the one it had before.</summary>
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal) { ["db.client.connection.count"] = "db.client.connections" };

    /// <summary>Histograms that this host has published; those without a measurement yet are known from here alone.</summary>
    public DeclaredHistograms Histograms { get; } = new();

    public MetricStreamConfiguration? Choose(Instrument instrument)
    {
        if (instrument.Meter.Scope is IMeterFactory factory && factory != ours)
        {
            return MetricStreamConfiguration.Drop; // meters are process-wide: another host's, as in tests
        }

        Histograms.Add(instrument);
        var labels = BoundedLabels.GetValueOrDefault(instrument.Name);
        var name = Names.GetValueOrDefault(instrument.Name);
        return new MetricStreamConfiguration { Name = name, TagKeys = labels, CardinalityLimit = ManySeries.Contains(instrument.Meter.Name) ? null : Few };
    }
}
