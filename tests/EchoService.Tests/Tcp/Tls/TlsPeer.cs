using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp.Tls;

/// <summary>A client that speaks TLS to a channel, and trusts the test's authority alone.</summary>
internal sealed class TlsPeer : IDisposable
{
    private readonly TcpPeer _peer;

    private TlsPeer(TcpPeer peer, SslStream stream) => (_peer, Stream) = (peer, stream);

    public SslStream Stream { get; }

    public Socket Socket => _peer.Socket;

    public string ServerSubject => Stream.RemoteCertificate!.Subject;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <param name="before">Bytes to send before the handshake.</param>
    public static async Task<TlsPeer> ConnectAsync(
        ServiceFixture service, TestAuthority authority, string host = "echo.example", SslProtocols protocols = SslProtocols.None,
        X509Certificate2? certificate = null, string? protocol = null, string before = "")
    {
        var peer = await TcpPeer.ConnectAsync(service);
        await peer.SendAsync(before);
        var stream = new SslStream(new NetworkStream(peer.Socket));
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    EnabledSslProtocols = protocols,
                    ClientCertificates = certificate is null ? null : [certificate],
                    LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
                    ApplicationProtocols = protocol is null ? null : [new(protocol)],
                    CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority.Root }, RevocationMode = X509RevocationMode.NoCheck },

                    // Which name the certificate has is what the tests look at.
                    RemoteCertificateValidationCallback = (_, _, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None,
                },
                Cancelled);
        }
        catch
        {
            await stream.DisposeAsync();
            peer.Dispose();
            throw;
        }

        return new(peer, stream);
    }

    public Task SendAsync(string text) => Stream.WriteAsync(Encoding.UTF8.GetBytes(text), Cancelled).AsTask();

    public async Task ExpectAsync(string expected)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(expected)];
        await Stream.ReadExactlyAsync(bytes, Cancelled).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        Assert.Equal(expected, Encoding.UTF8.GetString(bytes));
    }

    public async Task<string> ReadToEndAsync()
    {
        using var reader = new StreamReader(Stream, leaveOpen: true);
        return await reader.ReadToEndAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
    }

    public void Dispose()
    {
        Stream.Dispose();
        _peer.Dispose();
    }
}
