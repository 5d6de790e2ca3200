using System.Diagnostics;
using EchoService.Tcp;
using EchoService.Tests.Tcp.Faults;
using static EchoService.Tests.Tcp.Proxy.ProxiedService;

namespace EchoService.Tests.Tcp.Proxy;

/// <summary>How long a header may take to come, and how long its client is waited for.</summary>
public sealed class ProxyDeadlineTests
{
    [Theory]
    [InlineData("")]
    [InlineData("PROXY TCP4 1.2")]
    public async Task AHeaderThatDoesNotComeTimesOutAndOthersAreServedMeanwhile(string begin)
    {
        using var service = Service("Required", more: ("Tcp:Timeouts:HandshakeSeconds", "3"));
        var clock = Stopwatch.StartNew();
        using var silent = await TcpPeer.ConnectAsync(service);
        await silent.SendAsync(begin);
        using var other = await TcpPeer.ConnectAsync(service);
        await other.SendAsync(V1 + "Hello\n");
        await other.ExpectAsync("Echoed back: Hello\n");
        await service.HasClosedAsync(CloseReason.HandshakeTimeout);
        Assert.InRange(clock.Elapsed.TotalSeconds, 2.9, 9); // by default it is 10 s
        await other.SendAsync("still there\n");
        await other.ExpectAsync("Echoed back: still there\n");
    }

    /// <summary>Enter in telnet is how version 2 begins, too: it may come later than a handshake would have to.</summary>
    [Fact]
    public async Task WhereAHeaderIsOptionalAClientMayThinkForLongerThanAHandshakeMayTake()
    {
        using var service = Service("Optional", more: ("Tcp:Timeouts:HandshakeSeconds", "1"));
        using var client = await TcpPeer.ConnectAsync(service);
        using var later = await TcpPeer.ConnectAsync(service);
        await later.SendAsync("PROXY TCP4 1.2");
        await service.HasClosedAsync(CloseReason.HandshakeTimeout);
        await client.SendAsync("\r\n");
        await client.ExpectAsync("Echoed back: \r\n");
    }

    [Fact]
    public async Task WhereAHeaderIsOptionalASilentClientHasTheFirstByteDeadlineAndNotTheHandshakes()
    {
        using var service = Service("Optional", more: [("Tcp:Timeouts:HandshakeSeconds", "0.5"), ("Tcp:Timeouts:FirstByteSeconds", "1.5")]);
        using var silent = await TcpPeer.ConnectAsync(service);
        await service.HasClosedAsync(CloseReason.FirstByteTimeout);
    }

    [Theory]
    [InlineData("Repeat")]
    [InlineData("Daytime")]
    [InlineData("Characters")]
    [InlineData("Info")]
    public async Task WhereTheServerSpeaksFirstAnOptionalHeaderIsWaitedForHalfASecond(string kind)
    {
        using var service = Service("Optional", more: ("Tcp:Channels:echo:Kind", kind));
        var clock = Stopwatch.StartNew();
        using var client = await TcpPeer.ConnectAsync(service);
        await client.ReadAsync(3);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.4, 3);

        await FaultSteps.WithinAsync(0, 450, () => FaultSteps.TimeAsync(async () =>
        {
            using var proxied = await TcpPeer.ConnectAsync(service);
            await proxied.SendAsync(V1);
            await proxied.ReadAsync(3);
        }));
        await service.Logs.WaitForAsync("Connection from 192.168.0.1:56324");
    }
}
