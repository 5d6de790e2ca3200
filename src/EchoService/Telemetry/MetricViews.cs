using System.Diagnostics.Metrics;
using EchoService.Tcp;
using OpenTelemetry.Metrics;

namespace EchoService.Telemetry;

/// <summary>Which instruments are measured, and with which labels. All of it in one function: the SDK applies every view that matches.</summary>
/// <param name="ours">Of this host.</param>
/// <param name="listeners">Channels and servers of the lab.</param>
internal sealed class MetricViews(IMeterFactory ours, int listeners)
{
    /// <summary>
    /// Our meters and the framework's; without those of the log and of dependency injection, which say nothing of this service. Each by its name:
    /// with a wildcard among them the SDK makes and compiles an expression of all, at start.
    /// </summary>
    public static readonly string[] Meters =
    [
        "EchoService", "EchoService.Http", TcpMetrics.MeterName, "EchoService.Downloads",
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Routing", "Microsoft.AspNetCore.Diagnostics", "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.AspNetCore.Authentication", "Microsoft.AspNetCore.Authorization", "Microsoft.AspNetCore.MemoryPool",
        "System.Net.Http", "System.Net.NameResolution", "System.Runtime", "Npgsql",
    ];

    /// <summary>
    /// Series of one instrument whose labels come from small sets. The SDK takes the memory for all that there may be at once, 90 bytes each,
    /// and for 2,000 where nothing is said. Those beyond are counted together, as <c>otel_metric_overflow</c>.
    /// </summary>
    private const int Few = 100;

    /// <summary>Of one channel or port, where the label beside it is small: in and out, IPv4 and IPv6.</summary>
    private const int OfAListener = 4;

    /// <summary>Of one channel or port, by why a connection ended (some 20 reasons), by fault, or by TLS version.</summary>
    private const int OfAListenersReasons = 40;

    /// <summary>HTTP counts for this many: by its versions and its 35 reasons to end a connection.</summary>
    private const int HttpListeners = 10;

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
        return new MetricStreamConfiguration { Name = name, TagKeys = labels, CardinalityLimit = MostSeries(instrument) };
    }

    /// <returns>Null: as many as the SDK allows by itself.</returns>
    private int? MostSeries(Instrument instrument) => instrument switch
    {
        { Name: "http.server.request.duration" or "http.client.request.duration" } => null, // by route, method and status; by whatever status origins answer
        { Name: "echoservice.tcp.closed" or "echoservice.tcp.faults" or "kestrel.connection.duration" or "kestrel.tls_handshake.duration" } =>
            Few + ((listeners + HttpListeners) * OfAListenersReasons),
        { Meter.Name: TcpMetrics.MeterName or "Microsoft.AspNetCore.Server.Kestrel" } => Few + ((listeners + HttpListeners) * OfAListener),
        _ => Few,
    };
}
