using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EchoService.Tcp.Tls;

/// <summary>Reads certificates from files.</summary>
internal static class CertificateFiles
{
    /// <exception cref="CryptographicException">The files do not hold what they should.</exception>
    public static SslStreamCertificateContext Load(CertificateOptions options)
    {
        var path = options.Path ?? throw new CryptographicException("No path is given.");
        if (options.KeyPath is null && !IsPem(path))
        {
            return LoadPfx(path, options.Password);
        }

        using var leaf = options.Password is null
            ? X509Certificate2.CreateFromPemFile(path, options.KeyPath)
            : X509Certificate2.CreateFromEncryptedPemFile(path, options.Password, options.KeyPath);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(path);
        return Context(Persistent(leaf), chain);
    }

    /// <exception cref="CryptographicException">The file has no certificate.</exception>
    public static X509Certificate2Collection LoadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(path);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("The file has no certificate.");
    }

    private static SslStreamCertificateContext LoadPfx(string path, string? password)
    {
        var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(path, password);
        var leaf = all.FirstOrDefault(c => c.HasPrivateKey) ?? throw new CryptographicException("The file has no certificate with a private key.");
        return Context(leaf, all);
    }

    /// <summary>Offline: no certificate is fetched from the network when a channel starts.</summary>
    private static SslStreamCertificateContext Context(X509Certificate2 leaf, X509Certificate2Collection chain) =>
        SslStreamCertificateContext.Create(leaf, chain, offline: true);

    /// <summary>Windows does not serve TLS with a key that lives in memory only.</summary>
    private static X509Certificate2 Persistent(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);

    private static bool IsPem(string path) => File.ReadAllText(path).Contains("-----BEGIN", StringComparison.Ordinal);
}
