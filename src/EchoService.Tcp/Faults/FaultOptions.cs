namespace EchoService.Tcp.Faults;

/// <summary>One fault of a list, <c>Tcp:Channels:&lt;name&gt;:Faults:&lt;n&gt;</c>. Each type takes the fields that it needs (<see cref="FaultRules"/>); null is not set.</summary>
public sealed class FaultOptions
{
    public FaultType? Type { get; set; }

    /// <summary>Milliseconds.</summary>
    public double? DelayMs { get; set; }

    /// <summary>Milliseconds more or less, evenly spread.</summary>
    public double? JitterMs { get; set; }

    public long? BytesPerSecond { get; set; }

    public long? Bytes { get; set; }

    public long? SliceBytes { get; set; }

    /// <summary>Milliseconds from accept (behind a TLS handshake).</summary>
    public double? AfterMs { get; set; }

    /// <summary>An HTTP status from 400 to 599.</summary>
    public int? Status { get; set; }

    /// <summary>Seconds, for the <c>Retry-After</c> header.</summary>
    public int? RetryAfter { get; set; }

    public FaultDirection Direction { get; set; } = FaultDirection.Out;

    /// <summary>The share of connections (with HTTP faults: of requests) that are hit, 0 to 1.</summary>
    public double Probability { get; set; } = 1;

    /// <summary>Decides which ones: the same seed hits the same connections, counted from when the list was set.</summary>
    public long Seed { get; set; }

    /// <summary>Networks (CIDR) or addresses of the clients that may be hit; none: all.</summary>
    public IList<string> Clients { get; init; } = [];
}
