using System.ComponentModel.DataAnnotations;
using EchoService.Downloads.Content;
using EchoService.Downloads.Store;
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

    /// <summary>
    /// Rests of a host in a row (1 s, doubling to 60 s) that a job's failures there may begin, no success between; with the last of them what is
    /// left of the job at that host fails. 16 are ten minutes in which nothing of the host answered: longer than a restart of it takes.
    /// </summary>
    [Range(1, 10_000)]
    public int HostRests { get; set; } = 16;

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

    /// <summary>Items of one key's jobs that wait, all together; a list that would make them more is refused. Two lists of the largest size.</summary>
    [Range(1, long.MaxValue)]
    public long MaxQueuedItemsPerKey { get; set; } = 20_000_000;

    /// <summary>Bytes of the files of one key's jobs; with more, no list is taken until jobs are deleted. 0: no limit.</summary>
    [Range(0, long.MaxValue)]
    public long MaxBytesPerKey { get; set; }

    /// <summary>Transfers that begin at one host in a second, over all jobs and nodes; 0: no limit. Less than 1 is fine: 0.2 is one in five seconds.</summary>
    [Range(0, 10_000)]
    public double StartsPerSecondPerHost { get; set; }

    /// <summary>Bytes of bodies a second, all transfers of this node together; 0: no limit.</summary>
    [Range(0, long.MaxValue)]
    public long MaxBytesPerSecond { get; set; }

    /// <summary>Sent as <c>User-Agent</c>; empty: <c>EchoService/&lt;version&gt;</c>.</summary>
    public string UserAgent { get; set; } = "";

    [ValidateObjectMembers(typeof(StoreOptionsValidator))]
    public StoreOptions Store { get; set; } = new();

    public ContentOptions Content { get; set; } = new();

    public EgressOptions Egress { get; set; } = new();

    [ValidateObjectMembers(typeof(OnCompleteOptionsValidator))]
    public OnCompleteOptions OnComplete { get; set; } = new();

    [ValidateObjectMembers(typeof(RetentionOptionsValidator))]
    public RetentionOptions Retention { get; set; } = new();
}

/// <summary>Section <c>Downloads:OnComplete</c>: a program of the operator's that is told of every job's end.</summary>
public sealed class OnCompleteOptions
{
    /// <summary>The program, started without a shell, the job as JSON on its standard input; empty: none.</summary>
    public string Command { get; set; } = "";

    public IList<string> Arguments { get; set; } = [];

    /// <summary>After this it is killed, with the processes that it has started.</summary>
    [Range(0.1, 86_400)]
    public double TimeoutSeconds { get; set; } = 60;

    /// <summary>How many run at once.</summary>
    [Range(1, 1000)]
    public int Concurrency { get; set; } = 4;
}

/// <summary>Section <c>Downloads:Retention</c>: when ended jobs go, with their files. A job that has not ended never goes.</summary>
public sealed class RetentionOptions
{
    /// <summary>Days after their end; 0: kept.</summary>
    [Range(0, 36_500)]
    public double Days { get; set; }

    /// <summary>All jobs' files together, the oldest ended jobs go first; 0: no limit.</summary>
    [Range(0, long.MaxValue)]
    public long MaxBytes { get; set; }
}

/// <summary>Section <c>Downloads:Egress</c>: where the service may connect to, beside public unicast addresses.</summary>
public sealed class EgressOptions
{
    /// <summary>CIDRs that are open on every port, e.g. <c>10.0.0.0/8</c>. A cloud's metadata address opens only when it is listed by itself.</summary>
    public IList<string> AllowedNetworks { get; set; } = [];

    /// <summary>Ports that are open at public addresses; none: 80 and 443.</summary>
    public IList<int> AllowedPorts { get; set; } = [];
}
