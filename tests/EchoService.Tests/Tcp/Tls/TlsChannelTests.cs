using System.Diagnostics;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using EchoService.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp.Tls;

public sealed class TlsChannelTests : IDisposable
{
    private const string Section = "Tcp:Channels:echo:Tls";
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    private ServiceFixture Service(params (string Key, string? Value)[] more) => new([.. Pair($"{Section}:Certificate", "echo.example"), .. more]);

    private (string Key, string? Value)[] Pair(string key, string name)
    {
        using var issued = _authority.Issue(name);
        var (certificate, privateKey) = _authority.WritePair(name, issued);
        return [($"{key}:Path", certificate), ($"{key}:KeyPath", privateKey)];
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, "TLSv1.2")]
    [InlineData(SslProtocols.Tls13, "TLSv1.3")]
    public async Task EchoesOverTls(SslProtocols protocols, string version)
    {
        using var service = Service();
        using var client = await TlsPeer.ConnectAsync(service, _authority, protocols: protocols);
        await client.SendAsync("Hello, World!\r\n");
        await client.ExpectAsync("Echoed back: Hello, World!\r\n");
        Assert.Equal("CN=echo.example", client.ServerSubject);
        await service.Logs.WaitForAsync($"{version} with 127.0.0.1");
    }

    [Fact]
    public async Task LargeAmountsGoThroughInBothDirections()
    {
        using var service = Service(("Tcp:Channels:echo:ReplyPrefix", ""), ("Logging:LogLevel:EchoService.Tcp", "Information"));
        using var client = await TlsPeer.ConnectAsync(service, _authority);
        var sent = new byte[8 << 20];
        new Random(3).NextBytes(sent);
        var sending = client.Stream.WriteAsync(sent, TestContext.Current.CancellationToken).AsTask();
        var received = new byte[sent.Length];
        await client.Stream.ReadExactlyAsync(received, TestContext.Current.CancellationToken);
        await sending;
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task OlderVersionsAreRefused()
    {
        using var service = Service();
#pragma warning disable CA5397, SYSLIB0039 // The point of the test.
        var handshake = TlsPeer.ConnectAsync(service, _authority, protocols: SslProtocols.Tls11);
#pragma warning restore CA5397, SYSLIB0039
        await Assert.ThrowsAnyAsync<Exception>(() => handshake);
    }

    [Fact]
    public async Task WhatIsNoHandshakeClosesWithTlsFailed()
    {
        using var service = Service();
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("GET / HTTP/1.1\r\n\r\n");
        await service.HasClosedAsync(CloseReason.TlsFailed);
        await service.Logs.WaitForAsync("TLS handshake of 127.0.0.1");
        Assert.DoesNotContain(service.Logs.Lines, line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\x16\x03\x01")]
    public async Task AHandshakeThatDoesNotComeTimesOut(string begin)
    {
        using var service = Service(("Tcp:Timeouts:HandshakeSeconds", "0.5"));
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync(begin);
        await service.HasClosedAsync(CloseReason.HandshakeTimeout);
    }

    [Fact]
    public async Task AProbeThatConnectsAndLeavesIsNoFailedHandshake()
    {
        using var service = Service();
        using (await TcpPeer.ConnectAsync(service))
        {
        }

        await service.HasClosedAsync(CloseReason.ClientClosed);
    }

    [Fact]
    public async Task TheTailAfterTheClientsCloseNotifyIsAnsweredAndOursFollows()
    {
        using var service = Service();
        using var client = await TlsPeer.ConnectAsync(service, _authority);
        await client.SendAsync("no newline");
        await client.Stream.ShutdownAsync();
        Assert.Equal("Echoed back: no newline", await client.ReadToEndAsync());
        await service.HasClosedAsync(CloseReason.ClientClosed);
    }

    [Fact]
    public async Task AClientThatNeverReadsIsGivenUp()
    {
        using var service = Service(("Tcp:Timeouts:WriteStallSeconds", "0.5"), ("Logging:LogLevel:EchoService.Tcp", "Information"));
        using var client = await TlsPeer.ConnectAsync(service, _authority);
        var block = new byte[64 << 10];
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true)
            {
                await client.Stream.WriteAsync(block, TestContext.Current.CancellationToken);
            }
        });
        await service.HasClosedAsync(CloseReason.WriteStalled);
    }

    [Fact]
    public async Task AResetInTheMiddleIsTheClients()
    {
        using var service = Service();
        using var client = await TlsPeer.ConnectAsync(service, _authority);
        await client.SendAsync("Hello\n");
        await client.ExpectAsync("Echoed back: Hello\n");
        client.Socket.LingerState = new(enable: true, 0);
        client.Socket.Dispose();
        await service.HasClosedAsync(CloseReason.ClientReset);
        Assert.DoesNotContain(service.Logs.Lines, line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Fact]
    public async Task AtShutdownAnIdleClientGetsACloseNotify()
    {
        using var service = Service();
        using var client = await TlsPeer.ConnectAsync(service, _authority);
        await client.SendAsync("Hello\n");
        await client.ExpectAsync("Echoed back: Hello\n");
        var channel = service.Channel();
        var stopping = Task.Run(service.Dispose, TestContext.Current.CancellationToken);
        Assert.Equal("", await client.ReadToEndAsync());
        client.Dispose();
        await stopping;
        Assert.Equal(1, channel.Counters.Closed(CloseReason.Shutdown));
    }

    [Fact]
    public async Task OpenSslSeesTheEndAsCloseNotify()
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/openssl"), "openssl is not installed");
        using var service = Service(("Tcp:Channels:echo:Close:After", "Replies"));
        var start = new ProcessStartInfo("openssl", ["s_client", "-connect", $"127.0.0.1:{service.PortOf("echo")}", "-servername", "echo.example", "-CAfile", _authority.RootPath,
            "-verify_return_error", "-msg", "-quiet", "-no_ign_eof"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var client = Process.Start(start)!;
        await client.StandardInput.WriteAsync("Hello\n");
        await client.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        var output = await client.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Contains("Echoed back: Hello", output, StringComparison.Ordinal);
        Assert.Contains("<<< TLS 1.3, Alert [length 0002], warning close_notify", output, StringComparison.Ordinal);
        await client.WaitForExitAsync(TestContext.Current.CancellationToken);
        await service.HasClosedAsync(CloseReason.Replied);
    }

    [Fact]
    public async Task TheNameThatTheClientAsksForChoosesTheCertificate()
    {
        using var service = Service([.. Pair($"{Section}:Sni:one.example", "one.example"), .. Pair($"{Section}:Sni:*.wild.example", "x.wild.example")]);
        foreach (var (asked, expected) in new[]
        {
            ("one.example", "one.example"), ("ONE.example", "one.example"), ("a.wild.example", "x.wild.example"), ("a.b.wild.example", "echo.example"),
            ("wild.example", "echo.example"), ("other.example", "echo.example"), ("127.0.0.1", "echo.example"),
        })
        {
            using var client = await TlsPeer.ConnectAsync(service, _authority, asked);
            Assert.Equal($"CN={expected}", client.ServerSubject);
        }
    }

    [Theory]
    [InlineData("None", "none", true)]
    [InlineData("Optional", "none", true)]
    [InlineData("Optional", "good", true)]
    [InlineData("Optional", "foreign", false)]
    [InlineData("Required", "none", false)]
    [InlineData("Required", "good", true)]
    [InlineData("Required", "foreign", false)]
    public async Task ClientCertificatesAreAskedForAsConfigured(string mode, string offered, bool served)
    {
        using var foreign = new TestAuthority();
        using var certificate = offered switch
        {
            "good" => _authority.Issue("client"),
            "foreign" => foreign.Issue("client"),
            _ => null,
        };
        using var service = Service(($"{Section}:ClientCertificates", mode), ($"{Section}:ClientAuthorities", _authority.RootPath));
        if (served)
        {
            using var client = await TlsPeer.ConnectAsync(service, _authority, certificate: certificate);
            await client.SendAsync("Hello\n");
            await client.ExpectAsync("Echoed back: Hello\n");
        }
        else
        {
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                // With TLS 1.3 the client has finished before it is refused.
                using var client = await TlsPeer.ConnectAsync(service, _authority, certificate: certificate);
                await client.SendAsync("Hello\n");
                await client.ExpectAsync("Echoed back: Hello\n");
            });
            await service.HasClosedAsync(CloseReason.TlsFailed);
        }
    }

    [Fact]
    public async Task ApplicationProtocolsAreAgreedOnWhereConfigured()
    {
        using var service = Service(($"{Section}:ApplicationProtocols:0", "echo/1"));
        using var client = await TlsPeer.ConnectAsync(service, _authority, protocol: "echo/1");
        Assert.Equal("echo/1", client.Stream.NegotiatedApplicationProtocol.ToString());
    }

    [Fact]
    public async Task AChangedCertificateIsServedAndABrokenOneLeavesTheLastGoodOne()
    {
        using var service = Service();
        using var old = await TlsPeer.ConnectAsync(service, _authority);
        using var issued = _authority.Issue("new.example");
        _authority.WritePair("echo.example", issued);
        using (var client = await TlsPeer.ConnectAsync(service, _authority))
        {
            Assert.Equal("CN=new.example", client.ServerSubject);
        }

        _authority.Write("echo.example.key", "no key");
        using (var client = await TlsPeer.ConnectAsync(service, _authority))
        {
            Assert.Equal("CN=new.example", client.ServerSubject);
        }

        await service.Logs.WaitForAsync($"{Section}:Certificate: {_authority.PathOf("echo.example.pem")} changed but cannot be used");
        File.Delete(_authority.PathOf("echo.example.pem"));
        using (var client = await TlsPeer.ConnectAsync(service, _authority))
        {
            Assert.Equal("CN=new.example", client.ServerSubject);
        }

        using var third = _authority.Issue("third.example");
        _authority.WritePair("echo.example", third);
        using (var client = await TlsPeer.ConnectAsync(service, _authority))
        {
            Assert.Equal("CN=third.example", client.ServerSubject);
        }

        await old.SendAsync("Hello\n");
        await old.ExpectAsync("Echoed back: Hello\n");
    }

    [Fact]
    public async Task ASwitchedLinkIsAChangedCertificate()
    {
        // As a mounted Kubernetes secret changes: the file's path is a link into a folder that is itself a link.
        foreach (var version in new[] { "v1", "v2" })
        {
            Directory.CreateDirectory(_authority.PathOf(version));
            using var issued = _authority.Issue($"{version}.example");
            _authority.WritePair($"{version}/tls", issued);
        }

        Directory.CreateSymbolicLink(_authority.PathOf("data"), "v1");
        File.CreateSymbolicLink(_authority.PathOf("tls.pem"), "data/tls.pem");
        File.CreateSymbolicLink(_authority.PathOf("tls.key"), "data/tls.key");
        using var service = new ServiceFixture(($"{Section}:Certificate:Path", _authority.PathOf("tls.pem")), ($"{Section}:Certificate:KeyPath", _authority.PathOf("tls.key")));
        using (var client = await TlsPeer.ConnectAsync(service, _authority))
        {
            Assert.Equal("CN=v1.example", client.ServerSubject);
        }

        Directory.CreateSymbolicLink(_authority.PathOf("data2"), "v2");
        Directory.Delete(_authority.PathOf("data"));
        Directory.Move(_authority.PathOf("data2"), _authority.PathOf("data"));
        using (var client = await TlsPeer.ConnectAsync(service, _authority))
        {
            Assert.Equal("CN=v2.example", client.ServerSubject);
        }
    }

    [Theory]
    [InlineData("secret")]
    [InlineData(null)]
    public async Task APfxServesToo(string? password)
    {
        using var issued = _authority.Issue("pfx.example");
        var path = _authority.PathOf("tls.pfx");
        await File.WriteAllBytesAsync(path, issued.Export(X509ContentType.Pfx, password), TestContext.Current.CancellationToken);
        using var service = new ServiceFixture(($"{Section}:Certificate:Path", path), ($"{Section}:Certificate:Password", password));
        using var client = await TlsPeer.ConnectAsync(service, _authority);
        Assert.Equal("CN=pfx.example", client.ServerSubject);
    }

    [Fact]
    public async Task TlsBehindAProxyHeaderShowsTheClient()
    {
        using var service = Service(("Tcp:Channels:echo:ProxyProtocol", "Required"), ("Tcp:Channels:echo:TrustedProxies:0", "127.0.0.1"));
        using var client = await TlsPeer.ConnectAsync(service, _authority, before: "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n");
        await client.SendAsync("Hello\n");
        await client.ExpectAsync("Echoed back: Hello\n");
        await service.Logs.WaitForAsync("Connection from 192.168.0.1:56324");
    }

    [Fact]
    public async Task InfoShowsWhatTheHandshakeAgreedOn()
    {
        using var certificate = _authority.Issue("client");
        using var service = Service(
            ("Tcp:Channels:echo:Kind", "Info"), ($"{Section}:ApplicationProtocols:0", "echo/1"), ($"{Section}:ClientCertificates", "Required"),
            ($"{Section}:ClientAuthorities", _authority.RootPath));
        using var client = await TlsPeer.ConnectAsync(service, _authority, certificate: certificate, protocol: "echo/1");
        using var json = JsonDocument.Parse(await client.ReadToEndAsync());
        var tls = json.RootElement.GetProperty("tls");
        Assert.Equal(("TLSv1.3", "echo.example", "echo/1"), (tls.GetProperty("version").GetString(), tls.GetProperty("sni").GetString(), tls.GetProperty("alpn").GetString()));
        var shown = tls.GetProperty("clientCertificate");
        Assert.Equal(("CN=client", "CN=Test Authority"), (shown.GetProperty("subject").GetString(), shown.GetProperty("issuer").GetString()));
        Assert.Equal(certificate.GetCertHashString(HashAlgorithmName.SHA256), shown.GetProperty("sha256").GetString(), ignoreCase: true);
    }

    [Fact]
    public async Task ProxyHeaderAndHandshakeShareOneDeadline()
    {
        using var service = Service(
            ("Tcp:Channels:echo:ProxyProtocol", "Required"), ("Tcp:Channels:echo:TrustedProxies:0", "127.0.0.1"), ("Tcp:Timeouts:HandshakeSeconds", "1"));
        using var client = await TcpPeer.ConnectAsync(service);
        var clock = Stopwatch.StartNew();
        await Eventually.True(() => clock.Elapsed.TotalSeconds > 0.7, "most of the deadline has passed");
        await client.SendAsync("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n");
        await service.HasClosedAsync(CloseReason.HandshakeTimeout);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.9, 1.6);
    }
}
