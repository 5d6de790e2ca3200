namespace EchoService.Tcp.Faults;

/// <summary>What a fault does. Part of the outer contract: written like this in configuration, JSON, logs and metric labels.</summary>
public enum FaultType
{
    /// <summary>Each byte arrives <c>DelayMs</c> later, give or take <c>JitterMs</c>; order is kept, and the rate is not limited.</summary>
    Latency,

    /// <summary>At most <c>BytesPerSecond</c>, in small portions.</summary>
    Bandwidth,

    /// <summary>Cuts into pieces of <c>SliceBytes</c>, each sent for itself, <c>DelayMs</c> apart.</summary>
    Slicer,

    /// <summary>Nothing arrives any more, and nobody is told; after <c>Bytes</c> and after <c>AfterMs</c> where they are set.</summary>
    Blackhole,

    /// <summary>Exactly <c>Bytes</c> pass, then the connection ends.</summary>
    LimitData,

    /// <summary>The connection ends <c>AfterMs</c> after accept.</summary>
    LimitTime,

    /// <summary>The connection ends <c>DelayMs</c> later than it would.</summary>
    SlowClose,

    /// <summary>A reset: when <c>Bytes</c> have passed, or <c>AfterMs</c> after accept; with neither at the first byte.</summary>
    Reset,

    /// <summary>Flips one bit in each run of <c>Bytes</c> (default 1).</summary>
    Corrupt,

    /// <summary>A reset in place of any service.</summary>
    Refuse,

    /// <summary>Lab servers: <c>Status</c> in place of the answer, with <c>RetryAfter</c>. Drawn for each request.</summary>
    HttpError,

    /// <summary>Lab servers: only <c>Bytes</c> of the body (default half), then the connection ends. Drawn for each request.</summary>
    Truncate,
}

/// <summary>Which bytes a fault concerns.</summary>
public enum FaultDirection
{
    /// <summary>To the client.</summary>
    Out,

    /// <summary>From the client.</summary>
    In,
}
