using EchoService.Tcp.Proxy;

namespace EchoService.Tcp.Faults;

/// <summary>Which fields each type takes, and in which range.</summary>
internal static class FaultRules
{
    /// <summary>Far more than a test wants; each is a step for every byte.</summary>
    public const int MostFaults = 100;

    private const double Day = 86_400_000; // milliseconds

    private static readonly FaultField[] Fields =
    [
        new(nameof(FaultOptions.DelayMs), fault => fault.DelayMs, 0, Day),
        new(nameof(FaultOptions.JitterMs), fault => fault.JitterMs, 0, Day),
        new(nameof(FaultOptions.BytesPerSecond), fault => fault.BytesPerSecond, 1, 1e12),
        new(nameof(FaultOptions.Bytes), fault => fault.Bytes, 0, 1e15),
        new(nameof(FaultOptions.SliceBytes), fault => fault.SliceBytes, 1, 1e9),
        new(nameof(FaultOptions.AfterMs), fault => fault.AfterMs, 0, Day),
        new(nameof(FaultOptions.Status), fault => fault.Status, 400, 599),
        new(nameof(FaultOptions.RetryAfter), fault => fault.RetryAfter, 0, 86_400),
    ];

    private static readonly Dictionary<FaultType, Traits> Table = new()
    {
        [FaultType.Latency] = new([nameof(FaultOptions.DelayMs)], [nameof(FaultOptions.JitterMs)]),
        [FaultType.Bandwidth] = new([nameof(FaultOptions.BytesPerSecond)], []),
        [FaultType.Slicer] = new([nameof(FaultOptions.SliceBytes)], [nameof(FaultOptions.DelayMs)]),
        [FaultType.Blackhole] = new([], [nameof(FaultOptions.Bytes), nameof(FaultOptions.AfterMs)]),
        [FaultType.LimitData] = new([nameof(FaultOptions.Bytes)], []),
        [FaultType.LimitTime] = new([nameof(FaultOptions.AfterMs)], []),
        [FaultType.SlowClose] = new([nameof(FaultOptions.DelayMs)], []),
        [FaultType.Reset] = new([], [nameof(FaultOptions.Bytes), nameof(FaultOptions.AfterMs)]),
        [FaultType.Corrupt] = new([], [nameof(FaultOptions.Bytes)]),
        [FaultType.Refuse] = new([], []),
        [FaultType.HttpError] = new([nameof(FaultOptions.Status)], [nameof(FaultOptions.RetryAfter)], IsHttp: true),
        [FaultType.Truncate] = new([], [nameof(FaultOptions.Bytes)], IsHttp: true),
    };

    /// <summary>The types that a channel can have; a server of HTTP can have all.</summary>
    public static IReadOnlyList<FaultType> Types(bool http) => [.. Table.Where(type => http || !type.Value.IsHttp).Select(type => type.Key)];

    public static bool IsHttp(FaultType type) => Table[type].IsHttp;

    /// <summary>Empty when the fault can be used.</summary>
    /// <param name="http">It stands before a server of HTTP.</param>
    public static IEnumerable<FaultFailure> Check(FaultOptions fault, bool http)
    {
        if (fault.Type is not { } type || !Types(http).Contains(type))
        {
            return [new(nameof(FaultOptions.Type), $"must be one of {string.Join(", ", Types(http))}")];
        }

        return CheckFields(fault, type).Concat(CheckDraw(fault));
    }

    private static IEnumerable<FaultFailure> CheckFields(FaultOptions fault, FaultType type)
    {
        var (needed, optional, _) = Table[type];
        foreach (var field in Fields)
        {
            var value = field.Value(fault);
            var least = type == FaultType.Corrupt ? Math.Max(1, field.Least) : field.Least;
            if (value is null && needed.Contains(field.Name))
            {
                yield return new(field.Name, $"is missing: {type} needs it");
            }
            else if (value is not null && !needed.Contains(field.Name) && !optional.Contains(field.Name))
            {
                yield return new(field.Name, $"must not be set: {type} has no such field");
            }
            else if (value is not null && !(value >= least && value <= field.Most))
            {
                yield return new(field.Name, $"must be between {least:0} and {field.Most:0}");
            }
        }
    }

    private static IEnumerable<FaultFailure> CheckDraw(FaultOptions fault)
    {
        if (!Enum.IsDefined(fault.Direction))
        {
            yield return new(nameof(FaultOptions.Direction), "must be In or Out");
        }

        if (fault.Probability is not (>= 0 and <= 1))
        {
            yield return new(nameof(FaultOptions.Probability), "must be between 0 and 1");
        }

        if (fault.Clients.FirstOrDefault(client => !TrustedNetworks.TryParse(client, out _)) is { } wrong)
        {
            yield return new(nameof(FaultOptions.Clients), $"must be networks such as 10.0.0.0/8, or addresses; '{wrong}' is neither");
        }
    }

    private sealed record FaultField(string Name, Func<FaultOptions, double?> Value, double Least, double Most);

    private sealed record Traits(string[] Needed, string[] Optional, bool IsHttp = false);
}

/// <param name="Field">A property of <see cref="FaultOptions"/>.</param>
/// <param name="Demand">Reads on from the field's name.</param>
internal sealed record FaultFailure(string Field, string Demand);
