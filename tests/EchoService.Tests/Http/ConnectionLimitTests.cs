using System.Net.Sockets;
using EchoService.Tests.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Http;

/// <summary>How many HTTP connections may be open.</summary>
public sealed class ConnectionLimitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("MaxConnections", "connectionLimit")]
    [InlineData("PerAddress", "addressLimit")]
    public async Task AConnectionTooManyIsClosedAtOnceAndTheNextIsServedWhenOneHasGone(string limit, string reason)
    {
        using var service = new ServiceFixture(($"Http:Limits:{limit}", "2"));
        using var any = service.CreateClient();
        var port = any.BaseAddress!.Port;
        var first = await GreetedAsync(port);
        using var second = await GreetedAsync(port);
        Assert.Null(await TryGreetAsync(port));
        await service.Logs.WaitForAsync($"over Http:Limits:{limit}");

        first.Dispose();
        TcpPeer? next = null;
        await Eventually.True(async () => (next = await TryGreetAsync(port)) is not null, "a place that is free again");
        next!.Dispose();
        second.Dispose();
        await Eventually.Passes(async () =>
        {
            var metrics = await any.GetStringAsync("/metrics", Token);
            Assert.Matches($"echoservice_http_refused_total\\{{reason=\"{reason}\"\\}} [1-9]", metrics);
        });
    }

    [Fact]
    public async Task ConnectionsOfATrustedProxyAreOfManyClients()
    {
        using var service = new ServiceFixture(("Http:Limits:PerAddress", "1"), ("Http:TrustedProxies:0", "127.0.0.1"));
        using var any = service.CreateClient();
        var port = any.BaseAddress!.Port;
        using var first = await GreetedAsync(port);
        using var second = await GreetedAsync(port);
    }

    private static async Task<TcpPeer> GreetedAsync(int port) => await TryGreetAsync(port) ?? throw new InvalidOperationException("The connection was closed.");

    /// <summary>A connection that has been served and stays open; null when it was closed unserved.</summary>
    private static async Task<TcpPeer?> TryGreetAsync(int port)
    {
        var client = await TcpPeer.ConnectAsync(port);
        try
        {
            await client.SendAsync("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
            if (await client.Socket.ReceiveAsync(new byte[4096], Token) > 0)
            {
                return client;
            }
        }
        catch (SocketException)
        {
            // What it was sent came after the close.
        }

        client.Dispose();
        return null;
    }
}
