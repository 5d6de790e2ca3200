using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EchoService.Tests.Testing;

/// <summary>A self-signed certificate for localhost and the loopback addresses, made once a test run.</summary>
internal static class OriginCertificate
{
    private static readonly Lazy<X509Certificate2> Made = new(() => Make("localhost", IPAddress.Loopback, IPAddress.IPv6Loopback));
    private static readonly Lazy<X509Certificate2> MadeForAnother = new(() => Make("another.example"));

    public static X509Certificate2 Localhost => Made.Value;

    /// <summary>One that is for another name.</summary>
    public static X509Certificate2 Another => MadeForAnother.Value;

    private static X509Certificate2 Make(string name, params IPAddress[] addresses)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        foreach (var address in addresses)
        {
            names.AddIpAddress(address);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), password: null);
    }
}
