using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace EchoService.Tcp.Faults;

/// <summary><c>echoservice.tcp.faults</c>, for every channel and type from the start.</summary>
internal sealed class FaultMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly ConcurrentQueue<Series> _series = new();

    public FaultMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(TcpMetrics.MeterName);
        _meter.CreateObservableCounter(
            "echoservice.tcp.faults",
            () => _series.Select(series => new Measurement<long>(series.Faults.Fired(series.Type), series.Tags)),
            "{fault}",
            "Faults that fired.");
    }

    /// <summary>Shows the counts of a channel, or of a server that can have HTTP faults too.</summary>
    public void Watch(ChannelFaults faults, bool http)
    {
        foreach (var type in FaultRules.Types(http))
        {
            _series.Enqueue(new(faults, type, [new("channel", faults.Name), new("fault", type.ToString())]));
        }
    }

    public void Dispose() => _meter.Dispose();

    private sealed record Series(ChannelFaults Faults, FaultType Type, KeyValuePair<string, object?>[] Tags);
}
