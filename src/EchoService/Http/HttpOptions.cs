using System.ComponentModel.DataAnnotations;
using EchoService.Tcp.Tls;
using Microsoft.Extensions.Options;

namespace EchoService.Http;

/// <summary>Section <c>Http</c>.</summary>
internal sealed class HttpOptions
{
    public const string Section = "Http";

    /// <summary><c>localhost</c> (both loopbacks), <c>*</c> (any) or an IP address.</summary>
    [Required]
    public string Address { get; set; } = "localhost";

    /// <summary>0 asks for a free one.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 8080;

    /// <summary>The largest request body, in bytes, of all but lists of URLs. Kestrel's default.</summary>
    [Range(1, long.MaxValue)]
    public long MaxBodyBytes { get; set; } = 30_000_000;

    /// <summary>The largest list of URLs, in bytes: ten million lines of 400.</summary>
    [Range(1, long.MaxValue)]
    public long MaxListBytes { get; set; } = 4L << 30;

    /// <summary>Names that requests may address; <c>*</c> is any. None: any, but on a loopback address only loopback names (against DNS rebinding).</summary>
    public IList<string> AllowedHosts { get; set; } = [];

    public CorsOptions Cors { get; set; } = new();

    [ValidateObjectMembers(typeof(HttpLimitsOptionsValidator))]
    public HttpLimitsOptions Limits { get; set; } = new();

    /// <summary>Addresses and networks of proxies before the service: only from them are <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c> believed.</summary>
    public IList<string> TrustedProxies { get; set; } = [];

    /// <summary>HTTPS, with HTTP/2, in place of HTTP. Null: HTTP.</summary>
    public TlsOptions? Tls { get; set; }
}

/// <summary>Section <c>Http:Cors</c>.</summary>
internal sealed class CorsOptions
{
    /// <summary>Origins (<c>https://host[:port]</c>) whose pages may use the service; <c>*</c> is any.</summary>
    public IList<string> Origins { get; set; } = [];
}
