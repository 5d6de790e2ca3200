using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace EchoService.Tcp.Faults;

/// <summary><c>echoservice.tcp.faults</c>, for every channel and type from the start.</summary>
internal sealed class FaultMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly ConcurrentQueue<Series> _series = new();

    public FaultMetrics(IMeterFactory meters, ChannelTable channels)
    {
        foreach (var channel in channels.All)
        {
            Add(channel.Faults, http: false);
        }

        _meter = meters.Create(TcpMetrics.MeterName);
        _meter.CreateObservableCounter(
            "echoservice.tcp.faults",
            () => _series.Select(series => new Measurement<long>(series.Faults.Fired(series.Type), series.Tags)),
            "{fault}",
            "Faults that fired.");
    }

    /// <param name="http">It can have HTTP faults too.</param>
    public void Add(ChannelFaults faults, bool http)
    {
        foreach (var type in FaultRules.Types(http))
        {
            _series.Enqueue(new(faults, type, [new("channel", faults.Name), new("fault", type.ToString())]));
        }
    }

    public void Dispose() => _meter.Dispose();

    private sealed record Series(ChannelFaults Faults, FaultType Type, KeyValuePair<string, object?>[] Tags);
}
