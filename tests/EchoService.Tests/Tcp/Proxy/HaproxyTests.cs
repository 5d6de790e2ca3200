using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using EchoService.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp.Proxy;

/// <summary>Through a real haproxy, which speaks both versions.</summary>
public sealed class HaproxyTests
{
    private const string V2 = "send-proxy-v2 proxy-v2-options crc32c,unique-id";
    private const string UniqueId = "unique-id-format id-%ci-end";

    private static ServiceFixture Service(params (string Key, string? Value)[] more) => new(
        [("Tcp:Channels:echo:ProxyProtocol", "Required"), ("Tcp:Channels:echo:TrustedProxies:0", "127.0.0.1"), ("Tcp:Channels:echo:TrustedProxies:1", "::1"), .. more]);

    [Theory]
    [InlineData("send-proxy", "127.0.0.1", "127.0.0.1", "127.0.0.9")]
    [InlineData("send-proxy", "::1", "127.0.0.1", "::1")]
    [InlineData("send-proxy", "127.0.0.1", "::1", "127.0.0.9")]
    [InlineData("send-proxy", "::1", "::1", "::1")]
    [InlineData(V2, "127.0.0.1", "127.0.0.1", "127.0.0.9")]
    [InlineData(V2, "::1", "127.0.0.1", "::1")]
    [InlineData(V2, "127.0.0.1", "::1", "127.0.0.9")]
    [InlineData(V2, "::1", "::1", "::1")]
    public async Task TheLogShowsTheClientAndNotTheProxy(string send, string front, string back, string from)
    {
        Assert.SkipWhen(Haproxy.IsMissing, "haproxy is not installed");
        using var service = Service();
        await using var haproxy = await Haproxy.StartAsync(new(IPAddress.Parse(back), service.PortOf("echo")), send, UniqueId);
        using var client = await haproxy.ConnectAsync(IPAddress.Parse(front), IPAddress.Parse(from));
        await EchoAsync(client);
        await service.Logs.WaitForAsync($"Connection from {client.LocalEndPoint}");
    }

    [Theory]
    [InlineData("check-send-proxy send-proxy", "PROXY header version 1", "Proxy")]
    [InlineData("check-send-proxy send-proxy-v2", "PROXY header version 2", "Local")]
    public async Task ItsHealthChecksAreServedAsTheProxyItself(string send, string version, string command)
    {
        Assert.SkipWhen(Haproxy.IsMissing, "haproxy is not installed");
        using var service = Service();
        await using var haproxy = await Haproxy.StartAsync(new(IPAddress.Loopback, service.PortOf("echo")), $"check inter 100ms {send}");
        var line = await service.Logs.WaitForAsync(version);
        Assert.Contains($": {command}, client 127.0.0.1:", line.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("send-proxy", 1)]
    [InlineData(V2, 2)]
    public async Task InfoShowsTheClientAndTheHeader(string send, int version)
    {
        Assert.SkipWhen(Haproxy.IsMissing, "haproxy is not installed");
        using var service = Service(("Tcp:Channels:echo:Kind", "Info"));
        await using var haproxy = await Haproxy.StartAsync(new(IPAddress.Loopback, service.PortOf("echo")), send, UniqueId);
        using var client = await haproxy.ConnectAsync(IPAddress.Loopback, IPAddress.Parse("127.0.0.9"));
        var info = await InfoAsync(client);
        var proxy = info.GetProperty("proxy");
        Assert.Equal($"{client.LocalEndPoint}", info.GetProperty("peer").GetString());
        Assert.Equal($"127.0.0.1:{haproxy.Port}", info.GetProperty("local").GetString());
        Assert.Equal((version, "PROXY", "INET", "STREAM"), (proxy.GetProperty("version").GetInt32(), proxy.GetProperty("command").GetString(), proxy.GetProperty("family").GetString(), proxy.GetProperty("transport").GetString()));
        Assert.Equal($"{client.LocalEndPoint}", proxy.GetProperty("source").GetString());
        var tlvs = proxy.GetProperty("tlvs").EnumerateArray().ToDictionary(t => t.GetProperty("name").GetString()!, t => t.GetProperty("text").GetString());
        Assert.Equal(version == 2, tlvs.ContainsKey("CRC32C"));
        Assert.Equal(version == 2 ? "id-127.0.0.9-end" : null, tlvs.GetValueOrDefault("UNIQUE_ID"));
    }

    [Fact]
    public async Task TheLimitForAnAddressCountsClientsAndNotTheProxy()
    {
        Assert.SkipWhen(Haproxy.IsMissing, "haproxy is not installed");
        using var service = Service(("Tcp:Limits:PerAddress", "1"));
        await using var haproxy = await Haproxy.StartAsync(new(IPAddress.Loopback, service.PortOf("echo")), V2, UniqueId);
        using var first = await haproxy.ConnectAsync(IPAddress.Loopback, IPAddress.Parse("127.0.0.9"));
        await EchoAsync(first);
        using var other = await haproxy.ConnectAsync(IPAddress.Loopback, IPAddress.Parse("127.0.0.10"));
        await EchoAsync(other);
        using var second = await haproxy.ConnectAsync(IPAddress.Loopback, IPAddress.Parse("127.0.0.9"));
        await service.HasClosedAsync(CloseReason.AddressLimit);
        first.Dispose();
        await service.HasClosedAsync(CloseReason.ClientClosed);
        using var again = await haproxy.ConnectAsync(IPAddress.Loopback, IPAddress.Parse("127.0.0.9"));
        await EchoAsync(again);
    }

    private static async Task<JsonElement> InfoAsync(Socket client)
    {
        using var stream = new NetworkStream(client);
        using var json = await JsonDocument.ParseAsync(stream, cancellationToken: TestContext.Current.CancellationToken);
        return json.RootElement.Clone();
    }

    private static async Task EchoAsync(Socket client)
    {
        await client.SendAsync("Hello\n"u8.ToArray(), TestContext.Current.CancellationToken);
        using var stream = new NetworkStream(client);
        var reply = new byte["Echoed back: Hello\n".Length];
        await stream.ReadExactlyAsync(reply, TestContext.Current.CancellationToken);
        Assert.Equal("Echoed back: Hello\n", Encoding.ASCII.GetString(reply));
    }
}
