using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Tls;

/// <summary>A channel's certificates, and the settings of a handshake with the one that the client's SNI asks for.</summary>
internal sealed class ChannelCertificates
{
    private readonly TlsOptions _options;
    private readonly WatchedFiles<SslStreamCertificateContext> _default;
    private readonly Dictionary<string, WatchedFiles<SslStreamCertificateContext>> _byName;
    private readonly WatchedFiles<X509Certificate2Collection>? _authorities;
    private readonly List<SslApplicationProtocol> _applicationProtocols;

    public ChannelCertificates(string key, TlsOptions options, ILogger logger)
    {
        _options = options;
        _default = Watch($"{key}:Certificate", options.Certificate, logger);
        _byName = options.Sni.ToDictionary(e => e.Key, e => Watch($"{key}:Sni:{e.Key}", e.Value, logger), StringComparer.OrdinalIgnoreCase);
        _authorities = options.ClientAuthorities is { } path
            ? new($"{key}:ClientAuthorities", [path], () => CertificateFiles.LoadAuthorities(path), logger)
            : null;
        _applicationProtocols = [.. options.ApplicationProtocols.Select(name => new SslApplicationProtocol(name))];
        Preload();
    }

    public SslServerAuthenticationOptions For(string? serverName) => new()
    {
        ServerCertificateContext = Certificate(serverName).Current(),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = _applicationProtocols.Count > 0 ? _applicationProtocols : null,
        ClientCertificateRequired = _options.ClientCertificates != ClientCertificates.None,
        CertificateChainPolicy = ClientPolicy(),
        RemoteCertificateValidationCallback = IsAcceptable,
    };

    private static WatchedFiles<SslStreamCertificateContext> Watch(string key, CertificateOptions certificate, ILogger logger) => new(
        key,
        certificate.KeyPath is null ? [certificate.Path!] : [certificate.Path!, certificate.KeyPath],
        () => CertificateFiles.Load(certificate),
        logger);

    private void Preload()
    {
        _default.Current();
        _authorities?.Current();
        foreach (var certificate in _byName.Values)
        {
            certificate.Current();
        }
    }

    private WatchedFiles<SslStreamCertificateContext> Certificate(string? serverName)
    {
        if (string.IsNullOrEmpty(serverName))
        {
            return _default;
        }

        if (_byName.TryGetValue(serverName, out var exact))
        {
            return exact;
        }

        var dot = serverName.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && _byName.TryGetValue($"*{serverName[dot..]}", out var wildcard) ? wildcard : _default;
    }

    private X509ChainPolicy? ClientPolicy()
    {
        if (_options.ClientCertificates == ClientCertificates.None)
        {
            return null;
        }

        // Revocation would ask the network in the middle of a handshake.
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (_authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(_authorities.Current());
            policy.DisableCertificateDownloads = true;
        }

        return policy;
    }

    private bool IsAcceptable(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => certificate is null
        ? _options.ClientCertificates != ClientCertificates.Required
        : errors == SslPolicyErrors.None;
}
