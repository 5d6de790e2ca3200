using System.Globalization;
using System.Text.Json.Serialization;

namespace EchoService.Tcp;

/// <summary>A channel as lists show it.</summary>
internal sealed record ChannelAnswer(
    string Name,
    string Kind,
    string Address,
    int Port,
    string CloseAfter,
    string ProxyProtocol,
    bool Tls,
    IReadOnlyList<FaultAnswer> Faults,
    long Active,
    long Total)
{
    public static ChannelAnswer Of(Channel channel) => new(
        channel.Name,
        channel.Options.Kind.ToString(),
        channel.Options.Address,
        channel.Port,
        channel.Options.Close.After.ToString(),
        channel.Options.ProxyProtocol.ToString(),
        channel.Options.Tls is not null,
        FaultAnswer.Of(channel.Faults),
        channel.Counters.Active,
        channel.Counters.Opened);
}

/// <summary>A connection as lists show it.</summary>
/// <param name="ClosedAt">Absent while it is open.</param>
/// <param name="Reason">What closed it; absent while it is open.</param>
internal sealed record ConnectionAnswer(
    string Id,
    string Channel,
    string Client,
    DateTimeOffset OpenedAt,
    long BytesIn,
    long BytesOut,
    IReadOnlyList<string> Faults,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ClosedAt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null)
{
    public static ConnectionAnswer Of(TcpConnection connection) => new(
        connection.Id.ToString(CultureInfo.InvariantCulture),
        connection.Channel.Name,
        connection.Client,
        connection.OpenedAt,
        connection.BytesIn,
        connection.BytesOut,
        [.. connection.FiredFaults.Select(fault => fault.ToString())]);

    public static ConnectionAnswer Of(ClosedConnection connection) => new(
        connection.Id.ToString(CultureInfo.InvariantCulture),
        connection.Channel,
        connection.Client,
        connection.OpenedAt,
        connection.BytesIn,
        connection.BytesOut,
        [.. connection.Faults.Select(fault => fault.ToString())],
        connection.ClosedAt,
        connection.Reason.Name());
}
