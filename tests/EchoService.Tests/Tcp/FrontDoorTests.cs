using System.Net;
using System.Net.Sockets;
using EchoService.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp;

public sealed class FrontDoorTests
{
    private static readonly IPAddress Other = IPAddress.Parse("127.0.0.2");

    [Fact]
    public async Task OneAddressGetsSoManyConnectionsAndAnotherIsServed()
    {
        using var service = new ServiceFixture(("Tcp:Limits:PerAddress", "2"));
        using var first = await ServedAsync(service);
        using var second = await ServedAsync(service);
        await AssertRefusedAsync(service);
        using var other = await ServedAsync(service, Other);
        Assert.Equal(1, service.Channel().Counters.Closed(CloseReason.AddressLimit));
        Assert.Equal(4, service.Channel().Counters.Opened);

        first.Dispose();
        await service.HasClosedAsync(CloseReason.ClientClosed);
        using var third = await ServedAsync(service);
        await Eventually.True(() => service.Channel().Counters.Active == 3, "three active");
    }

    [Fact]
    public async Task TheCommonLimitOfAnAddressSpansChannelsAndAChannelsOwnStandsAlone()
    {
        using var service = new ServiceFixture(("Tcp:Limits:PerAddress", "1"), ("Tcp:Channels:own:Port", "0"), ("Tcp:Channels:own:Limits:PerAddress", "1"));
        using var first = await ServedAsync(service);
        using (var refused = await TcpPeer.ConnectAsync(service, "discard"))
        {
            Assert.Empty(await refused.ReadToEndAsync());
        }

        using var own = await TcpPeer.ConnectAsync(service, "own");
        await own.SendAsync("a\n");
        await own.ExpectAsync("Echoed back: a\n");
    }

    [Theory]
    [InlineData("Tcp:Limits:MaxConnections")]
    [InlineData("Tcp:Channels:echo:Limits:MaxConnections")]
    public async Task ATotalIsATotalAndItsSlotsComeBack(string key)
    {
        using var service = new ServiceFixture((key, "2"));
        for (var round = 1; round <= 3; round++)
        {
            using var first = await ServedAsync(service);
            using var second = await ServedAsync(service, Other);
            await AssertRefusedAsync(service);
            Assert.Equal(round, service.Channel().Counters.Closed(CloseReason.ConnectionLimit));
            first.Dispose();
            second.Dispose();
            await service.HasClosedAsync(CloseReason.ClientClosed, 2 * round);
        }
    }

    [Fact]
    public async Task NewConnectionsComeAtARate()
    {
        using var service = new ServiceFixture(("Tcp:Limits:AcceptsPerSecond", "5"));

        // All at once: one after the other, they come more slowly than that on a machine that is busy.
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            using var client = await TcpPeer.ConnectAsync(service);
            client.HalfClose();
            await EndAsync(client);
        }));
        await Eventually.True(() => service.Channel().Counters.Active == 0, "none active");
        Assert.InRange(service.Channel().Counters.Closed(CloseReason.RateLimit), 1, 95);
        await Eventually.Passes(async () =>
        {
            using var later = await ServedAsync(service);
        });
    }

    [Theory]
    [InlineData("FirstByteSeconds", "0.3", CloseReason.FirstByteTimeout, "")]
    [InlineData("IdleSeconds", "2", CloseReason.IdleTimeout, "a\n")]
    [InlineData("LifetimeSeconds", "2", CloseReason.Lifetime, "a\n")]
    public async Task ATimeoutClosesInOrderWithItsOwnReason(string timeout, string seconds, CloseReason reason, string sent)
    {
        using var service = new ServiceFixture(($"Tcp:Channels:echo:Timeouts:{timeout}", seconds));
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync(sent);
        Assert.Equal(sent.Length == 0 ? "" : "Echoed back: a\n", await client.ReadTextToEndAsync());
        client.HalfClose();
        await service.HasClosedAsync(reason);
    }

    [Fact]
    public async Task AClientThatNeverReadsIsGivenUpAndCostsLittleUntilThen()
    {
        using var service = new ServiceFixture(("Tcp:Timeouts:WriteStallSeconds", "1"), ("Logging:LogLevel:EchoService.Tcp", "Warning"));
        using var client = await TcpPeer.ConnectAsync(service);
        await SendUntilResetAsync(client);
        await service.HasClosedAsync(CloseReason.WriteStalled);
        await Eventually.True(() => service.Channel().Counters.Active == 0, "none active");
    }

    [Theory]
    [InlineData("Auto")]
    [InlineData("Sockets")]
    public async Task AClientThatNeverReadsIsGivenUpAtTheEndOfItsLifetimeForThatReason(string transport)
    {
        using var service = new ServiceFixture(
            ("Tcp:Transport", transport), ("Tcp:Timeouts:LifetimeSeconds", "0.5"), ("Logging:LogLevel:EchoService.Tcp", "Warning"));
        using var client = await TcpPeer.ConnectAsync(service);
        await SendUntilResetAsync(client);
        await service.HasClosedAsync(CloseReason.Lifetime);
    }

    [Fact]
    public async Task AClientThatFallsSilentBeforeItsHeaderIsGivenUp()
    {
        using var service = new ServiceFixture(
            ("Tcp:Timeouts:HandshakeSeconds", "2"), ("Tcp:Channels:echo:ProxyProtocol", "Required"), ("Tcp:Channels:echo:TrustedProxies:0", "127.0.0.1"));
        using var silent = await TcpPeer.ConnectAsync(service);
        using var spoken = await TcpPeer.ConnectAsync(service);
        await spoken.SendAsync("PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\na\n");
        await spoken.ExpectAsync("Echoed back: a\n");
        await silent.ExpectResetAsync();
        await service.HasClosedAsync(CloseReason.HandshakeTimeout);
        await spoken.SendAsync("b\n");
        await spoken.ExpectAsync("Echoed back: b\n");
    }

    [Fact]
    public async Task ServerSpeaksFirstKindsNeedNoFirstByte()
    {
        using var service = new ServiceFixture(("Tcp:Channels:x:Port", "0"), ("Tcp:Channels:x:Kind", "Chargen"), ("Tcp:Timeouts:FirstByteSeconds", "0.2"), ("Tcp:Timeouts:LifetimeSeconds", "0.8"));
        using var client = await TcpPeer.ConnectAsync(service, "x");
        await client.DiscardToEndOrResetAsync();
        client.Dispose();

        await service.HasClosedAsync(CloseReason.Lifetime, 1, "x");
    }

    private static async Task<TcpPeer> ServedAsync(ServiceFixture service, IPAddress? from = null)
    {
        var client = await TcpPeer.ConnectAsync(service, from: from);
        await client.SendAsync("a\n");
        await client.ExpectAsync("Echoed back: a\n");
        return client;
    }

    private static async Task SendUntilResetAsync(TcpPeer client)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (true)
            {
                await client.Socket.SendAsync(new byte[64 << 10], patience.Token);
            }
        });
    }

    private static async Task AssertRefusedAsync(ServiceFixture service)
    {
        using var client = await TcpPeer.ConnectAsync(service);
        Assert.Empty(await EndAsync(client));
    }

    private static async Task<byte[]> EndAsync(TcpPeer client)
    {
        try
        {
            return await client.ReadToEndAsync();
        }
        catch (SocketException)
        {
            return [];
        }
    }
}
