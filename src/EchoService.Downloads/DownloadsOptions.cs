using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads;

/// <summary>Section <c>Downloads</c>. Durations are in seconds, sizes in bytes.</summary>
public sealed class DownloadsOptions
{
    public const string Section = "Downloads";

    /// <summary>Holds the database, partial files and files. Relative to the current folder.</summary>
    [Required]
    public string DataDirectory { get; set; } = "data";

    /// <summary>Transfers at once on this node.</summary>
    [Range(1, 10_000)]
    public int Concurrency { get; set; } = 64;

    /// <summary>Transfers at once to one host (a name and a port), over all jobs and nodes. 8 is what browsers allow and a little more (RFC 9112, 9.4 asks for restraint, names no number).</summary>
    [Range(1, 10_000)]
    public int PerHost { get; set; } = 8;

    /// <summary>Tries of an item, the first included, before a transient error is final.</summary>
    [Range(1, 100)]
    public int Attempts { get; set; } = 5;

    /// <summary>The largest body that is accepted.</summary>
    [Range(1, long.MaxValue)]
    public long MaxBytes { get; set; } = 10L << 30;

    /// <summary>One item's whole transfer, redirects included.</summary>
    [Range(0.001, 604_800)]
    public double TimeoutSeconds { get; set; } = 3600;

    /// <summary>Name resolution, TCP and TLS together.</summary>
    [Range(0.001, 3600)]
    public double ConnectSeconds { get; set; } = 10;

    /// <summary>From the request sent to the response's headers.</summary>
    [Range(0.001, 3600)]
    public double FirstByteSeconds { get; set; } = 30;

    /// <summary>The longest silence within a body.</summary>
    [Range(0.001, 3600)]
    public double StallSeconds { get; set; } = 30;

    /// <summary>How long a lane is a worker's without renewal; renewed at a third of it.</summary>
    [Range(1.0, 3600.0)]
    public double LeaseSeconds { get; set; } = 30;

    /// <summary>Lines in one list.</summary>
    [Range(1, 1_000_000_000)]
    public int MaxItemsPerJob { get; set; } = 10_000_000;

    /// <summary>Sent as <c>User-Agent</c>; empty: <c>EchoService/&lt;version&gt;</c>.</summary>
    public string UserAgent { get; set; } = "";

    public EgressOptions Egress { get; set; } = new();
}

/// <summary>Section <c>Downloads:Egress</c>: where the service may connect to, beside public unicast addresses.</summary>
public sealed class EgressOptions
{
    /// <summary>CIDRs that are open on every port, e.g. <c>10.0.0.0/8</c>. A cloud's metadata address opens only when it is listed by itself.</summary>
    public IList<string> AllowedNetworks { get; set; } = [];

    /// <summary>Ports that are open at public addresses; none: 80 and 443.</summary>
    public IList<int> AllowedPorts { get; set; } = [];
}
