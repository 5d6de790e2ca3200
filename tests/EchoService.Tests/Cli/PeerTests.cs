using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using EchoService.Tests.Tcp.Tls;
using EchoService.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace EchoService.Tests.Cli;

/// <summary><c>connect</c> over TLS, with PROXY headers, and over a WebSocket with TLS.</summary>
public sealed class PeerTests : IDisposable
{
    private readonly Echoctl _echoctl = new();
    private readonly TestAuthority _authority = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TalksOverTlsToWhomItTrusts()
    {
        await using var service = await StartAsync("Echo");
        var target = await EndPointAsync(service);

        var refused = await _echoctl.RunAsync(["connect", target, "--tls", "-q"], "Hello\n");
        var trusted = await _echoctl.RunAsync(["connect", target, "--tls", "-q", "--cacert", _authority.RootPath], "Hello\n");
        var insecure = await _echoctl.RunAsync(["connect", target, "--tls", "-q", "--insecure"], "Hello\n");

        Assert.Equal(1, refused.ExitCode);
        Assert.Matches($"^echoctl: {target}: TLS failed: [^\n]+\n$", refused.Errors);
        Assert.Equal(("Echoed back: Hello\n", "", 0), (trusted.Output, trusted.Errors, trusted.ExitCode));
        Assert.Equal(("Echoed back: Hello\n", "", 0), (insecure.Output, insecure.Errors, insecure.ExitCode));
    }

    [Theory]
    [InlineData("v1", 1)]
    [InlineData("v2", 2)]
    public async Task BeginsWithAProxyHeaderBeforeTls(string version, int number)
    {
        await using var service = await StartAsync("Info", ("Tcp:Channels:secure:ProxyProtocol", "Required"), ("Tcp:Channels:secure:TrustedProxies:0", "127.0.0.1"));

        var result = await _echoctl.RunAsync(["connect", await EndPointAsync(service), "--tls", "-q", "--cacert", _authority.RootPath, "--proxy-header", version]);

        using var told = JsonDocument.Parse(result.Output);
        Assert.Equal(number, told.RootElement.GetProperty("proxy").GetProperty("version").GetInt32());
        Assert.Equal(told.RootElement.GetProperty("peer").GetString(), told.RootElement.GetProperty("proxy").GetProperty("source").GetString());
        Assert.StartsWith("TLS", told.RootElement.GetProperty("tls").GetProperty("version").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TalksOverASecureWebSocketWithHeaders()
    {
        await using var peer = await StartSecureWebSocketAsync();
        var url = peer.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single().Replace("https:", "wss:", StringComparison.Ordinal);

        var refused = await _echoctl.RunAsync(["connect", url, "-q"], "Hello\n");
        var trusted = await _echoctl.RunAsync(["connect", url, "-q", "--cacert", _authority.RootPath, "--header", "X-Team: blue"], "Hello\n");
        var insecure = await _echoctl.RunAsync(["connect", url, "-q", "-k"], "Hello\n");

        Assert.Equal(1, refused.ExitCode);
        Assert.Matches($"^echoctl: {url}/ cannot be reached: [^\n]+\n$", refused.Errors);
        Assert.DoesNotContain("inner exception", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(("blue Hello\n", "", 0), (trusted.Output, trusted.Errors, trusted.ExitCode));
        Assert.Equal((" Hello\n", 0), (insecure.Output, insecure.ExitCode));
    }

    [Fact]
    public async Task WaitsForNoStartTimeOfWhatIsNoRepeatChannel()
    {
        await using var service = await ServiceProcess.StartAsync();
        var echo = "127.0.0.1:" + (await service.PortAsync("echo")).ToString(CultureInfo.InvariantCulture);

        var result = await _echoctl.RunAsync(["repeat", echo, "1"]);

        Assert.Equal($"echoctl: {echo} is no repeat channel: it did not begin with its start time.\n", result.Errors);
        Assert.Equal(1, result.ExitCode);
    }

    public void Dispose()
    {
        _echoctl.Dispose();
        _authority.Dispose();
    }

    private async Task<ServiceProcess> StartAsync(string kind, params (string, string?)[] further)
    {
        var (certificate, key) = _authority.WritePair("localhost", _authority.Issue("localhost"));
        return await ServiceProcess.StartAsync([
            ("Tcp:Channels:secure:Kind", kind), ("Tcp:Channels:secure:Port", "0"), ("Tcp:Channels:secure:Tls:Certificate:Path", certificate),
            ("Tcp:Channels:secure:Tls:Certificate:KeyPath", key), .. further]);
    }

    private static async Task<string> EndPointAsync(ServiceProcess service) =>
        "127.0.0.1:" + (await service.PortAsync("secure")).ToString(CultureInfo.InvariantCulture);

    /// <summary>Answers each message with the header X-Team before it.</summary>
    private async Task<WebApplication> StartSecureWebSocketAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(_authority.Issue("localhost"))));
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[1000];
            while (await socket.ReceiveAsync(buffer, Token) is { MessageType: not WebSocketMessageType.Close } message)
            {
                byte[] answer = [.. System.Text.Encoding.UTF8.GetBytes($"{context.Request.Headers["X-Team"]} "), .. buffer[..message.Count]];
                await socket.SendAsync(answer, message.MessageType, endOfMessage: true, Token);
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        });
        await app.StartAsync(Token);
        return app;
    }
}
