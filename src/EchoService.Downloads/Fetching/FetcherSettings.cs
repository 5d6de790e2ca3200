using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace EchoService.Downloads.Fetching;

/// <summary>What the program around a fetcher decides, never the service's configuration.</summary>
internal sealed record FetcherSettings
{
    /// <summary>False for the command-line tool, which fetches for the person at the keyboard: every address and port is open.</summary>
    public bool EgressGuard { get; init; } = true;

    /// <summary>Roots that are trusted beside the system's.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>True: any certificate is taken.</summary>
    public bool Insecure { get; init; }

    /// <summary>Through which all requests go; null: none. The egress guard then sees the proxy's address only.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>The <c>Authorization</c> of every request to an URL's own origin; kept in no store.</summary>
    public string? Authorization { get; init; }

    /// <summary>Resolves names; null: the system does.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>>? Resolve { get; init; }
}
