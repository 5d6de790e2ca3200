using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization;

namespace EchoService.Tcp.Tls;

/// <summary>What a handshake agreed on, as a feature of the connection.</summary>
/// <param name="Version">As OpenSSL writes it: <c>TLSv1.3</c>.</param>
/// <param name="ServerName">SNI; null where the client named no host.</param>
/// <param name="ApplicationProtocol">ALPN; null where none was agreed on.</param>
internal sealed record TlsFacts(
    string Version,
    string Cipher,
    [property: JsonPropertyName("sni")] string? ServerName,
    [property: JsonPropertyName("alpn")] string? ApplicationProtocol,
    ClientCertificate? ClientCertificate)
{
    public static TlsFacts Of(SslStream stream) => new(
        stream.SslProtocol switch
        {
            SslProtocols.Tls13 => "TLSv1.3",
            SslProtocols.Tls12 => "TLSv1.2",
            var other => other.ToString(),
        },
        stream.NegotiatedCipherSuite.ToString(),
        string.IsNullOrEmpty(stream.TargetHostName) ? null : stream.TargetHostName,
        stream.NegotiatedApplicationProtocol.Protocol.IsEmpty ? null : stream.NegotiatedApplicationProtocol.ToString(),
        stream.RemoteCertificate is X509Certificate2 certificate ? ClientCertificate.Of(certificate) : null);
}

/// <param name="Sha256">Fingerprint of the whole certificate, hexadecimal in lower case.</param>
internal sealed record ClientCertificate(string Subject, string Issuer, string SerialNumber, DateTimeOffset NotAfter, string Sha256)
{
    public static ClientCertificate Of(X509Certificate2 certificate) => new(
        certificate.Subject,
        certificate.Issuer,
        certificate.SerialNumber,
        new DateTimeOffset(certificate.NotAfter.ToUniversalTime()),
        certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant());
}
