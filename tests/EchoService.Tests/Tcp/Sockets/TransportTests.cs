using EchoService.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp.Sockets;

/// <summary>Where epoll is not to be had, Kestrel's sockets carry the channels; here they are asked for.</summary>
public sealed class TransportTests
{
    [Fact]
    public async Task KestrelsSocketsCarryAChannelToo()
    {
        using var service = Service(("Tcp:Channels:idle:Port", "0"), ("Tcp:Channels:idle:Timeouts:IdleSeconds", "2"));
        using var tail = await TcpPeer.ConnectAsync(service);
        await tail.SendAsync("a\nb");
        tail.HalfClose();
        Assert.Equal("Echoed back: a\nEchoed back: b", await tail.ReadTextToEndAsync());
        await service.HasClosedAsync(CloseReason.ClientClosed);

        using var idle = await TcpPeer.ConnectAsync(service, "idle");
        await idle.SendAsync("a\n");
        Assert.Equal("Echoed back: a\n", await idle.ReadTextToEndAsync());
        await service.HasClosedAsync(CloseReason.IdleTimeout, channel: "idle");
    }

    [Theory]
    [InlineData("Fin")]
    [InlineData("Reset")]
    public async Task KestrelsSocketsCloseAsAsked(string with)
    {
        using var service = Service(("Tcp:Channels:echo:Close:After", "Replies"), ("Tcp:Channels:echo:Close:With", with), ("Tcp:Limits:LingerSeconds", "60"));
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("a\n");
        if (with == "Reset")
        {
            await client.ExpectResetAsync();
        }
        else
        {
            var more = client.SendAsync(new byte[1 << 20]);
            Assert.Equal("Echoed back: a\n", await client.ReadTextToEndAsync());
            await more;
            client.HalfClose();
        }

        await service.HasClosedAsync(CloseReason.Replied);
    }

    /// <summary>All of them share a thread or two: a stream that never pauses must leave room between its pieces.</summary>
    [Fact]
    public async Task ClientsThatSendWithoutPauseHoldNobodyUp()
    {
        using var service = new ServiceFixture(("Logging:LogLevel:EchoService.Tcp", "Warning"), ("Tcp:Channels:chargen:Port", "0"), ("Tcp:Channels:chargen:Kind", "Chargen"));
        var streams = await Task.WhenAll(
            [.. Enumerable.Range(0, 4).Select(_ => TcpPeer.ConnectAsync(service)), .. Enumerable.Range(0, 4).Select(_ => TcpPeer.ConnectAsync(service, "chargen"))]);
        using var end = new CancellationTokenSource();
        var flows = streams.Select((stream, n) => FlowAsync(stream, sends: n < 4, end.Token)).ToList();
        using var client = await TcpPeer.ConnectAsync(service);
        for (var n = 0; n < 20; n++)
        {
            await client.SendAsync("a\n");
            await client.ExpectAsync("Echoed back: a\n");
        }

        await end.CancelAsync();
        Array.ForEach(streams, stream => stream.Dispose());
        await Task.WhenAll(flows);
    }

    private static ServiceFixture Service(params (string, string?)[] settings) => new([("Tcp:Transport", "Sockets"), .. settings]);

    private static async Task FlowAsync(TcpPeer stream, bool sends, CancellationToken end)
    {
        var bytes = new byte[64 << 10];
        try
        {
            var sending = sends ? SendAsync() : Task.CompletedTask;
            while (await stream.Socket.ReceiveAsync(new byte[64 << 10], end) > 0)
            {
                // As fast as it comes.
            }

            await sending;
        }
        catch (Exception exception) when (exception is OperationCanceledException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }

        async Task SendAsync()
        {
            while (true)
            {
                await stream.Socket.SendAsync(bytes, end);
            }
        }
    }
}
