using System.Text.Json.Serialization;
using EchoService.Tcp.Faults;

namespace EchoService.Tcp;

/// <summary>A fault as JSON, in lists and in what <c>PUT</c> takes. Fields that its type does not have are absent.</summary>
/// <param name="Type">Latency, Bandwidth, Slicer, Blackhole, LimitData, LimitTime, SlowClose, Reset, Corrupt or Refuse.</param>
/// <param name="Direction"><c>out</c> (to the client, the default) or <c>in</c>.</param>
/// <param name="Probability">The share of connections that it hits, 0 to 1 (the default).</param>
/// <param name="Seed">Decides which ones (default 0).</param>
/// <param name="Clients">Networks or addresses whose connections it may hit; none: all.</param>
internal sealed record FaultAnswer(
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? DelayMs = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? JitterMs = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? BytesPerSecond = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Bytes = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? SliceBytes = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? AfterMs = null,
    string Direction = "out",
    double Probability = 1,
    long Seed = 0,
    IReadOnlyList<string>? Clients = null)
{
    public static IReadOnlyList<FaultAnswer> Of(ChannelFaults faults) => [.. faults.Options.Select(Of)];

    private static FaultAnswer Of(FaultOptions fault) => new(
        fault.Type!.Value.ToString(),
        fault.DelayMs,
        fault.JitterMs,
        fault.BytesPerSecond,
        fault.Bytes,
        fault.SliceBytes,
        fault.AfterMs,
        fault.Direction == FaultDirection.In ? "in" : "out",
        fault.Probability,
        fault.Seed,
        [.. fault.Clients]);
}
