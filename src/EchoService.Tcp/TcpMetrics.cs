using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace EchoService.Tcp;

/// <summary><c>echoservice.tcp.*</c>. Totals are our own counters, observed when somebody asks: every series is there at zero, and counting costs no listener.</summary>
internal sealed class TcpMetrics : IDisposable
{
    public const string MeterName = "EchoService.Tcp";

    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private readonly LiveConnections _connections;
    private readonly Series[] _channels;

    public TcpMetrics(IMeterFactory meters, ChannelTable channels, LiveConnections connections, IOptions<TcpOptions> options)
    {
        _connections = connections;
        _channels = [.. channels.All.Select(channel => new Series(channel))];
        _meter = meters.Create(MeterName);
        _meter.CreateObservableCounter("echoservice.tcp.connections", Opened, "{connection}", "Connections accepted.");
        _meter.CreateObservableUpDownCounter("echoservice.tcp.connections.active", Active, "{connection}", "Connections open now.");
        var limit = options.Value.Limits.MaxConnections ?? 0;
        _meter.CreateObservableUpDownCounter("echoservice.tcp.connections.limit", () => limit, "{connection}", "Connections that may be open in all channels together; 0: no limit.");
        _meter.CreateObservableCounter("echoservice.tcp.closed", Closed, "{connection}", "Connections ended, by what ended them.");
        _meter.CreateObservableCounter("echoservice.tcp.bytes", Bytes, "By", "Bytes that channels received (in) and sent (out).");
        _duration = _meter.CreateHistogram<double>(
            "echoservice.tcp.connection.duration",
            "s",
            "From accept to close.",
            [new("channel", channels.All.Select(channel => channel.Name).ToArray())],
            new() { HistogramBucketBoundaries = [0.001, 0.01, 0.1, 1, 10, 60, 300, 3600] });
    }

    public void Ended(Channel channel, TimeSpan took) => _duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("channel", channel.Name));

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> Opened() => _channels.Select(c => new Measurement<long>(c.Counters.Opened, c.Tags));

    private IEnumerable<Measurement<long>> Active() => _channels.Select(c => new Measurement<long>(c.Counters.Active, c.Tags));

    private IEnumerable<Measurement<long>> Closed() => _channels.SelectMany(c =>
        c.Reasons.Select((tags, reason) => new Measurement<long>(c.Counters.Closed((CloseReason)reason), tags)));

    private IEnumerable<Measurement<long>> Bytes()
    {
        _connections.Report();
        return _channels.SelectMany(IEnumerable<Measurement<long>> (c) => [new(c.Counters.BytesIn, c.In), new(c.Counters.BytesOut, c.Out)]);
    }

    /// <summary>A channel's labels, made once.</summary>
    private sealed class Series(Channel channel)
    {
        public ChannelCounters Counters { get; } = channel.Counters;

        public KeyValuePair<string, object?>[] Tags { get; } = [new("channel", channel.Name)];

        public KeyValuePair<string, object?>[] In { get; } = [new("channel", channel.Name), new("direction", "in")];

        public KeyValuePair<string, object?>[] Out { get; } = [new("channel", channel.Name), new("direction", "out")];

        public KeyValuePair<string, object?>[][] Reasons { get; } =
            [.. Enum.GetValues<CloseReason>().Select(reason => new KeyValuePair<string, object?>[] { new("channel", channel.Name), new("reason", reason.Name()) })];
    }
}
