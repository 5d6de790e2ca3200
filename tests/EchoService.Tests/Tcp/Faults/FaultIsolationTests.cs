using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using EchoService.Tcp;
using EchoService.Tcp.Faults;
using EchoService.Tests.Testing;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace EchoService.Tests.Tcp.Faults;

public sealed class FaultIsolationTests
{
    [Fact]
    public async Task OtherChannelsOtherClientsAndHealthNoticeNothing()
    {
        using var service = await FaultSteps.ServeAsync(
            """[{"type":"Blackhole","clients":["127.0.0.2"]},{"type":"Refuse","clients":["127.0.0.3/32"]}]""",
            ("Tcp:Channels:other:Port", "0"),
            ("Tcp:Channels:other:ReplyPrefix", ""));
        using var victim = await TcpPeer.ConnectAsync(service, from: IPAddress.Parse("127.0.0.2"));
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using var refused = await TcpPeer.ConnectAsync(service, from: IPAddress.Parse("127.0.0.3"));
            await refused.ReadToEndAsync();
        });
        await victim.SendAsync("a\n");
        await service.Logs.WaitForAsync("Fault Blackhole");

        using var neighbour = await TcpPeer.ConnectAsync(service);
        using var elsewhere = await TcpPeer.ConnectAsync(service, "other", IPAddress.Parse("127.0.0.2"));
        using var http = service.CreateClient();
        foreach (var client in new[] { neighbour, elsewhere })
        {
            await client.SendAsync("b\n");
            await client.ExpectAsync("b\n");
        }

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/ready/tcp", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(0, victim.Socket.Available);
    }

    [Fact]
    public async Task AConnectionThatNoFaultHitsIsNotWrapped()
    {
        var faults = new ChannelFaults("echo", [new() { Type = FaultType.Latency, DelayMs = 1, Probability = 0 }, new() { Type = FaultType.Reset, Clients = ["10.0.0.1"] }]);
        var transport = new DuplexPipe(new Pipe().Reader, new Pipe().Writer);
        var context = new DefaultConnectionContext("1", transport, transport);
        IDuplexPipe? seen = null;
        var middleware = new FaultMiddleware(
            served =>
            {
                seen = served.Transport;
                return Task.CompletedTask;
            },
            faults,
            isNumbered: false,
            TimeProvider.System,
            NullLogger.Instance);
        await middleware.OnConnectionAsync(context);
        Assert.Same(transport, seen);
    }

    [Theory]
    [InlineData("""[{"type":"Blackhole"}]""")]
    [InlineData("""[{"type":"Blackhole","direction":"in"}]""")]
    [InlineData("""[{"type":"Latency","delayMs":60000},{"type":"SlowClose","delayMs":60000}]""")]
    [InlineData("""[{"type":"Bandwidth","bytesPerSecond":1},{"type":"Slicer","sliceBytes":1,"delayMs":60000,"direction":"in"}]""")]
    public async Task StoppingWaitsForNoFault(string faults)
    {
        var service = await FaultSteps.ServeAsync(faults, ("Shutdown:Timeout", "60"), ("Tcp:Limits:LingerSeconds", "0.2"));
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync(FaultSteps.Bytes(100));
        await service.Logs.WaitForAsync("Fault ");
        var clock = Stopwatch.StartNew();
        await service.DisposeAsync();
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task TheApiEndsAConnectionThatAFaultHolds()
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"Latency","delayMs":60000},{"type":"SlowClose","delayMs":60000}]""");
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("a\n");
        client.HalfClose();
        await service.Logs.WaitForAsync("Fault Latency");
        using var http = service.CreateClient();
        await http.DeleteAsync($"/tcp/connections/{Assert.Single(service.Connections()).Id}", TestContext.Current.CancellationToken);
        await client.ExpectResetAsync();
        await Eventually.True(() => service.Connections().Count == 0, "no connection is left");
    }
}
