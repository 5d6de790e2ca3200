namespace EchoService.Tcp.Faults;

/// <summary>
/// A step on the way of the bytes in one direction. Steps pass on bytes with the time at which they are due, and end the way; no step
/// waits: that is done at the end of the way, so that the steps' times add up without an error.
/// </summary>
internal interface IFaultStage
{
    /// <param name="bytes">May be changed.</param>
    /// <param name="at">When they get here, in milliseconds of <see cref="FaultClock"/>; never before the ones ahead of them.</param>
    void Pass(Span<byte> bytes, double at);

    void End(double at, LineEnd end);
}

/// <summary>How a direction ends.</summary>
internal enum LineEnd
{
    None,

    /// <summary>Nothing more comes from where the bytes come from.</summary>
    Source,

    /// <summary>A fault ends the connection.</summary>
    Limit,

    /// <summary>A fault resets the connection.</summary>
    Reset,
}

internal static class FaultStages
{
    /// <summary>The steps in the list's order, up to <paramref name="last"/>; that alone when no fault concerns this direction.</summary>
    public static IFaultStage Chain(IEnumerable<DrawnFault> faults, FaultDirection direction, IFaultStage last) =>
        faults.Where(fault => fault.Options.Direction == direction).Reverse().Aggregate(last, (next, fault) => Stage(fault, next) ?? next);

    /// <summary>Whether bytes in this direction have to take the way over the steps.</summary>
    public static bool Concerns(FaultOptions fault, FaultDirection direction) => fault.Type switch
    {
        FaultType.Refuse or FaultType.SlowClose => false,
        FaultType.LimitTime => direction == FaultDirection.Out,
        _ => fault.Direction == direction && !IsTimedReset(fault),
    };

    /// <summary>Reset by time alone needs no step.</summary>
    public static bool IsTimedReset(FaultOptions fault) => fault is { Type: FaultType.Reset, AfterMs: not null, Bytes: null };

    private static IFaultStage? Stage(DrawnFault fault, IFaultStage next) => fault.Options.Type switch
    {
        FaultType.Latency => new LatencyStage(fault, next),
        FaultType.Bandwidth => new BandwidthStage(fault, next),
        FaultType.Slicer => new SlicerStage(fault, next),
        FaultType.Blackhole => new BlackholeStage(fault, next),
        FaultType.LimitData => new LimitStage(fault, next, LineEnd.Limit),
        FaultType.Reset when !IsTimedReset(fault.Options) => new LimitStage(fault, next, LineEnd.Reset),
        FaultType.Corrupt => new CorruptStage(fault, next),
        _ => null,
    };
}
