using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace EchoService.Http;

/// <summary>Section <c>Http:Limits</c>: what one client may ask of the service. Lists of URLs have limits of their own, in <c>Downloads</c>.</summary>
internal sealed class HttpLimitsOptions
{
    /// <summary>Open connections in all; one more is closed at once. 0: no limit.</summary>
    [Range(0, 1_000_000)]
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>Open connections of one client, an IPv4 address or an IPv6 /64 network, that is no trusted proxy. 0: no limit.</summary>
    [Range(0, 1_000_000)]
    public int PerAddress { get; set; } = 2000;

    /// <summary>Requests a second of one key, and of one address (an IPv4 address or an IPv6 /64 network); health checks are not counted. 0: no limit.</summary>
    [Range(0, 1_000_000)]
    public int RequestsPerSecond { get; set; } = 1000;

    /// <summary>Requests at once, before the rate counts. Two seconds' worth.</summary>
    [Range(1, 10_000_000)]
    public int Burst { get; set; } = 2000;

    /// <summary>The request's path and query, in bytes; more is answered with 414. RFC 9110, 4.1 asks for 8,000 at least.</summary>
    [Range(1024, 65_536)]
    public int UrlBytes { get; set; } = 8192;

    /// <summary>All request headers together, in bytes; more is answered with 431. Kestrel's default.</summary>
    [Range(1024, 1_048_576)]
    public int HeaderBytes { get; set; } = 32_768;

    /// <summary>From the first byte of a request to the end of its headers. Kestrel's default.</summary>
    [Range(0.1, 3600)]
    public double HeaderSeconds { get; set; } = 30;

    /// <summary>Until a request is answered; uploads, files, event streams and fetched pages have deadlines of their own.</summary>
    [Range(0.1, 86_400)]
    public double RequestSeconds { get; set; } = 300;

    /// <summary>Bytes a second, below which a body on its way in is answered with 408, and one on its way out is broken off. 0: no limit. Kestrel's default.</summary>
    [Range(0, 1_000_000_000)]
    public double MinBytesPerSecond { get; set; } = 240;

    /// <summary>How long a body may be slower. Kestrel's default.</summary>
    [Range(1.1, 3600)]
    public double GraceSeconds { get; set; } = 5;
}

[OptionsValidator]
internal sealed partial class HttpLimitsOptionsValidator : IValidateOptions<HttpLimitsOptions>;
