using System.ComponentModel.DataAnnotations;

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

    /// <summary>The largest request body, in bytes; lists of URLs have <c>Downloads:MaxItemsPerJob</c> instead. Kestrel's default.</summary>
    [Range(1, long.MaxValue)]
    public long MaxBodyBytes { get; set; } = 30_000_000;

    /// <summary>Names that requests may address; <c>*</c> is any. None: any, but on a loopback address only loopback names (against DNS rebinding).</summary>
    public IList<string> AllowedHosts { get; set; } = [];

    public CorsOptions Cors { get; set; } = new();
}

/// <summary>Section <c>Http:Cors</c>.</summary>
internal sealed class CorsOptions
{
    /// <summary>Origins (<c>https://host[:port]</c>) whose pages may use the service; <c>*</c> is any.</summary>
    public IList<string> Origins { get; set; } = [];
}
