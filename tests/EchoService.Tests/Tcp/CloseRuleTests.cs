using System.Diagnostics;
using System.Net.Sockets;
using EchoService.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp;

public sealed class CloseRuleTests
{
    [Theory]
    [InlineData("Replies", CloseReason.Replied)]
    [InlineData("Bytes", CloseReason.BytesReached)]
    [InlineData("Time", CloseReason.TimeReached)]
    [InlineData("Accept", CloseReason.Accepted)]
    public async Task ClosesWithAFinWhileMuchMoreArrives(string after, CloseReason reason)
    {
        using var service = Service(after, "Fin");
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("Hello\n");
        var more = client.SendAsync(new byte[1 << 20]);
        var said = await client.ReadTextToEndAsync();
        AssertReply(after, said);
        await more;
        client.HalfClose();
        await service.HasClosedAsync(reason);
    }

    [Theory]
    [InlineData("Replies", CloseReason.Replied)]
    [InlineData("Bytes", CloseReason.BytesReached)]
    [InlineData("Time", CloseReason.TimeReached)]
    [InlineData("Accept", CloseReason.Accepted)]
    public async Task ClosesWithAResetWhereAsked(string after, CloseReason reason)
    {
        using var service = Service(after, "Reset");
        var failure = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            // A client that is reset at accept may learn of it as early as from its connect.
            using var client = await TcpPeer.ConnectAsync(service);
            if (after != "Accept")
            {
                await client.SendAsync("Hello\n");
            }

            await client.ReadToEndAsync();
        });
        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
        await service.HasClosedAsync(reason);
    }

    /// <summary>Also with <c>Close:With=Reset</c>: the client has closed, and no rule of ours.</summary>
    [Theory]
    [InlineData("Never", "Fin")]
    [InlineData("Never", "Reset")]
    [InlineData("Replies", "Fin")]
    [InlineData("Replies", "Reset")]
    [InlineData("Bytes", "Fin")]
    [InlineData("Bytes", "Reset")]
    [InlineData("Time", "Fin")]
    [InlineData("Time", "Reset")]
    public async Task TheClientsHalfCloseIsAnsweredFirst(string after, string with)
    {
        using var service = new ServiceFixture(
            ("Tcp:Channels:echo:Close:After", after), ("Tcp:Channels:echo:Close:Count", "1000"), ("Tcp:Channels:echo:Close:Seconds", "60"), ("Tcp:Channels:echo:Close:With", with));
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("a\nb");
        client.HalfClose();
        Assert.Equal("Echoed back: a\nEchoed back: b", await client.ReadTextToEndAsync());
        await service.HasClosedAsync(CloseReason.ClientClosed);
    }

    [Fact]
    public async Task AHalfCloseDuringAnAcceptRuleChangesNothing()
    {
        using var service = Service("Accept", "Fin");
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("a\n");
        client.HalfClose();
        Assert.Empty(await client.ReadToEndAsync());
        await service.HasClosedAsync(CloseReason.Accepted);
    }

    [Theory]
    [InlineData("Replies", CloseReason.Replied)]
    [InlineData("Bytes", CloseReason.BytesReached)]
    [InlineData("Time", CloseReason.TimeReached)]
    [InlineData("Accept", CloseReason.Accepted)]
    public async Task LingeringIsBoundedInBytes(string after, CloseReason reason)
    {
        using var service = new ServiceFixture(
            ("Tcp:Channels:echo:Close:After", after), ("Tcp:Channels:echo:Close:Seconds", "0.3"),
            ("Tcp:Limits:LingerSeconds", "60"), ("Tcp:Limits:LingerBytes", "100000"), ("Logging:LogLevel:EchoService.Tcp", "Information"));
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("a\n");
        await client.ReadToEndAsync();
        await SendForeverAsync(client).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken); // ends with the reset
        await service.HasClosedAsync(reason);
    }

    [Fact]
    public async Task AnswersExactlyTheBytesThatCount()
    {
        using var service = new ServiceFixture(
            ("Tcp:Channels:echo:Close:After", "Bytes"), ("Tcp:Channels:echo:Close:Count", "100000"), ("Tcp:Channels:echo:ReplyPrefix", ""),
            ("Tcp:Limits:LingerSeconds", "60"));
        using var client = await TcpPeer.ConnectAsync(service);
        var bytes = new byte[300_000];
        new Random(3).NextBytes(bytes);
        var sending = client.SendAsync(bytes);
        Assert.Equal(bytes[..100_000], await client.ReadToEndAsync());
        await sending;
    }

    [Fact]
    public async Task TheTimeComesAlsoWhileTrafficFlows()
    {
        using var service = new ServiceFixture(("Tcp:Channels:echo:Close:After", "Time"), ("Tcp:Channels:echo:Close:Seconds", "0.5"), ("Logging:LogLevel:EchoService.Tcp", "Warning"));
        var clock = Stopwatch.StartNew();
        using var client = await TcpPeer.ConnectAsync(service);
        var sending = SendForeverAsync(client);
        await client.DiscardToEndOrResetAsync();
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.4, 5);
        client.Dispose();
        await sending;
        await service.HasClosedAsync(CloseReason.TimeReached);
    }

    [Fact]
    public async Task DiscardKeepsTheByteRuleToo()
    {
        using var service = new ServiceFixture(("Tcp:Channels:discard:Close:After", "Bytes"), ("Tcp:Channels:discard:Close:Count", "3"));
        using var client = await TcpPeer.ConnectAsync(service, "discard");
        await client.SendAsync("abcdef");
        Assert.Empty(await client.ReadToEndAsync());
        await service.Logs.WaitForAsync("Discarded 3 bytes of ");
    }

    [Fact]
    public async Task LingeringIsBoundedInTime()
    {
        using var service = new ServiceFixture(("Tcp:Channels:echo:Close:After", "Replies"), ("Tcp:Limits:LingerSeconds", "0.3"));
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("a\n");
        await client.ReadToEndAsync(); // and keeps its own side open
        await service.HasClosedAsync(CloseReason.Replied);
    }

    private static ServiceFixture Service(string after, string with) => new(
        ("Tcp:Channels:echo:Close:After", after),
        ("Tcp:Channels:echo:Close:Count", after == "Bytes" ? "6" : "1"),
        ("Tcp:Channels:echo:Close:Seconds", with == "Fin" ? "2" : "0.4"), // before a FIN something is to be answered
        ("Tcp:Channels:echo:Close:With", with),
        ("Tcp:Limits:LingerSeconds", "60"),
        ("Logging:LogLevel:EchoService.Tcp", "Information"));

    private static void AssertReply(string after, string said)
    {
        switch (after)
        {
            case "Accept":
                Assert.Empty(said);
                break;
            case "Time":
                Assert.StartsWith("Echoed back: Hello\n", said, StringComparison.Ordinal);
                break;
            default:
                Assert.Equal("Echoed back: Hello\n", said);
                break;
        }
    }

    private static async Task SendForeverAsync(TcpPeer client)
    {
        try
        {
            while (true)
            {
                await client.SendAsync(new byte[1000]);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The server has closed.
        }
    }
}
