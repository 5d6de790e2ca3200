namespace EchoService.Tcp.Tls;

/// <summary>Section <c>Tcp:Channels:&lt;name&gt;:Tls</c>: TLS 1.2 and newer in front of the channel. Files that change are read again at the next handshake.</summary>
public sealed class TlsOptions
{
    /// <summary>The certificate of clients that name no host, or one that is not in <see cref="Sni"/>.</summary>
    public CertificateOptions Certificate { get; } = new();

    /// <summary>Certificates by host name; <c>*.example.com</c> stands for one label. The name itself goes before its wildcard.</summary>
    public Dictionary<string, CertificateOptions> Sni { get; } = new(StringComparer.OrdinalIgnoreCase);

    public ClientCertificates ClientCertificates { get; set; } = ClientCertificates.None;

    /// <summary>A PEM file of the authorities that may have signed client certificates. Without it, those that the system trusts.</summary>
    public string? ClientAuthorities { get; set; }

    /// <summary>ALPN names that the channel agrees to, most wanted first; none by default: then ALPN is not answered.</summary>
    public IList<string> ApplicationProtocols { get; } = [];
}

/// <summary>A certificate and its key: a PEM pair (<see cref="Path"/> may hold the chain, <see cref="KeyPath"/> the key), or a PFX file.</summary>
public sealed class CertificateOptions
{
    public string? Path { get; set; }

    /// <summary>The PEM key. Without it, <see cref="Path"/> is a PEM file with both, or a PFX.</summary>
    public string? KeyPath { get; set; }

    /// <summary>Of the PFX, or of an encrypted PEM key.</summary>
    public string? Password { get; set; }
}

public enum ClientCertificates
{
    /// <summary>Not asked for.</summary>
    None,

    /// <summary>Asked for; a client without one is served, one with a bad one is not.</summary>
    Optional,

    /// <summary>A client without a good one is not served.</summary>
    Required,
}
