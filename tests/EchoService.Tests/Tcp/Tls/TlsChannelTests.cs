using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using EchoService.Tcp;
using EchoService.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace EchoService.Tests.Tcp.Tls;

public sealed class TlsChannelTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(SslProtocols.Tls12, "TLSv1.2")]
    [InlineData(SslProtocols.Tls13, "TLSv1.3")]
    public async Task EchoesOverTls(SslProtocols protocols, string version)
    {
        using var service = _authority.Serve();
        using var client = await TlsPeer.ConnectAsync(service, _authority, protocols: protocols);
        await client.SendAsync("Hello, World!\r\n");
        await client.ExpectAsync("Echoed back: Hello, World!\r\n");
        Assert.Equal("CN=echo.example", client.ServerSubject);
        await service.Logs.WaitForAsync($"{version} with 127.0.0.1");
    }

    [Fact]
    public async Task LargeAmountsGoThroughInBothDirections()
    {
        using var service = _authority.Serve(("Tcp:Channels:echo:ReplyPrefix", ""), ("Logging:LogLevel:EchoService.Tcp", "Information"));
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
        using var service = _authority.Serve();
#pragma warning disable CA5397, SYSLIB0039 // The point of the test.
        var handshake = TlsPeer.ConnectAsync(service, _authority, protocols: SslProtocols.Tls11);
#pragma warning restore CA5397, SYSLIB0039
        await Assert.ThrowsAnyAsync<Exception>(() => handshake);
    }

    [Fact]
    public async Task WhatIsNoHandshakeClosesWithTlsFailed()
    {
        using var service = _authority.Serve();
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
        using var service = _authority.Serve(("Tcp:Timeouts:HandshakeSeconds", "0.5"));
        using var client = await TcpPeer.ConnectAsync(service);
        try
        {
            await client.SendAsync(begin);
        }
        catch (SocketException)
        {
            // Its time has passed already.
        }

        await service.HasClosedAsync(CloseReason.HandshakeTimeout);
    }

    [Fact]
    public async Task AProbeThatConnectsAndLeavesIsNoFailedHandshake()
    {
        using var service = _authority.Serve();
        using (await TcpPeer.ConnectAsync(service))
        {
        }

        await service.HasClosedAsync(CloseReason.ClientClosed);
    }

    [Fact]
    public async Task TheTailAfterTheClientsCloseNotifyIsAnsweredAndOursFollows()
    {
        using var service = _authority.Serve();
        using var client = await TlsPeer.ConnectAsync(service, _authority);
        await client.SendAsync("no newline");
        await client.Stream.ShutdownAsync();
        Assert.Equal("Echoed back: no newline", await client.ReadToEndAsync());
        await service.HasClosedAsync(CloseReason.ClientClosed);
    }

    [Fact]
    public async Task AClientThatNeverReadsIsGivenUp()
    {
        using var service = _authority.Serve(("Tcp:Timeouts:WriteStallSeconds", "0.5"), ("Logging:LogLevel:EchoService.Tcp", "Information"));
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
        using var service = _authority.Serve();
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
        using var service = _authority.Serve();
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
        using var service = _authority.Serve(("Tcp:Channels:echo:Close:After", "Replies"));
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
    public async Task ApplicationProtocolsAreAgreedOnWhereConfigured()
    {
        using var service = _authority.Serve(($"{TlsChannel.Section}:ApplicationProtocols:0", "echo/1"));
        using var client = await TlsPeer.ConnectAsync(service, _authority, protocol: "echo/1");
        Assert.Equal("echo/1", client.Stream.NegotiatedApplicationProtocol.ToString());
    }

    [Fact]
    public async Task TlsBehindAProxyHeaderShowsTheClient()
    {
        using var service = _authority.Serve(("Tcp:Channels:echo:ProxyProtocol", "Required"), ("Tcp:Channels:echo:TrustedProxies:0", "127.0.0.1"));
        using var client = await TlsPeer.ConnectAsync(service, _authority, before: "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n");
        await client.SendAsync("Hello\n");
        await client.ExpectAsync("Echoed back: Hello\n");
        await service.Logs.WaitForAsync("Connection from 192.168.0.1:56324");
    }

    [Fact]
    public async Task InfoShowsWhatTheHandshakeAgreedOn()
    {
        using var certificate = _authority.Issue("client");
        using var service = _authority.Serve(
            ("Tcp:Channels:echo:Kind", "Info"), ($"{TlsChannel.Section}:ApplicationProtocols:0", "echo/1"), ($"{TlsChannel.Section}:ClientCertificates", "Required"),
            ($"{TlsChannel.Section}:ClientAuthorities", _authority.RootPath));
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
        using var service = _authority.Serve(
            ("Tcp:Channels:echo:ProxyProtocol", "Required"), ("Tcp:Channels:echo:TrustedProxies:0", "127.0.0.1"), ("Tcp:Timeouts:HandshakeSeconds", "3"));
        using var client = await TcpPeer.ConnectAsync(service);
        await Eventually.True(() => service.Channel().Counters.Active == 1, "it is accepted");
        var clock = Stopwatch.StartNew();
        await Eventually.True(() => clock.Elapsed.TotalSeconds > 1.5, "half of the deadline has passed");
        await client.SendAsync("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n");
        await service.HasClosedAsync(CloseReason.HandshakeTimeout);
        var recent = service.Services.GetRequiredService<RecentlyClosed>();
        await Eventually.True(() => recent.All.Count == 1, "it is listed");
        Assert.InRange((recent.All[0].ClosedAt - recent.All[0].OpenedAt).TotalSeconds, 2.9, 4.4); // from the header on it would be 4.5
    }
}
