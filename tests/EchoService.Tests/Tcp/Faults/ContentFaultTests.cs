using System.Net.Sockets;
using System.Numerics;
using EchoService.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp.Faults;

public sealed class ContentFaultTests
{
    [Theory]
    [InlineData("out", 0)]
    [InlineData("out", 1)]
    [InlineData("out", 12_345)]
    [InlineData("out", 1_000_000)]
    [InlineData("in", 0)]
    [InlineData("in", 12_345)]
    [InlineData("in", 1_000_000)]
    public async Task LimitDataLetsExactlySoManyBytesThrough(string direction, int limit)
    {
        using var service = await FaultSteps.ServeAsync($$"""[{"type":"LimitData","bytes":{{limit}},"direction":"{{direction}}"}]""", ("Tcp:Limits:LingerSeconds", "60"));
        using var client = await TcpPeer.ConnectAsync(service);
        var sent = FaultSteps.Bytes(1_500_000);
        var sending = SendAsync(client, sent);
        Assert.Equal(sent[..limit], await client.ReadToEndAsync());
        await sending;
        client.HalfClose();
        await service.HasClosedAsync(CloseReason.Fault);
    }

    [Theory]
    [InlineData("out")]
    [InlineData("in")]
    public async Task ABlackholeSwallowsEverythingAndTellsNobody(string direction)
    {
        using var service = await FaultSteps.ServeAsync($$"""[{"type":"Blackhole","bytes":5,"direction":"{{direction}}"}]""");
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("first");
        await client.ExpectAsync("first");
        await client.SendAsync(FaultSteps.Bytes(300_000));
        var more = client.ReadAsync(1);
        await service.Logs.WaitForAsync("Fault Blackhole");
        await Assert.ThrowsAsync<TimeoutException>(() => more.WaitAsync(TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken));
        var connection = Assert.Single(service.Connections());
        await Eventually.True(() => connection.BytesIn == (direction == "in" ? 5 : 300_005), "all has been taken that passes the fault");
    }

    [Theory]
    [InlineData("out", 0)]
    [InlineData("in", 0)]
    [InlineData("out", 70_000)]
    [InlineData("in", 70_000)]
    public async Task AResetIsSeenAsOneWhenSoManyBytesHavePassed(string direction, int after)
    {
        using var service = await FaultSteps.ServeAsync($$"""[{"type":"Reset","bytes":{{after}},"direction":"{{direction}}"}]""");
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync(FaultSteps.Bytes(after + 1000)); // at once in the socket's buffers, so that no send meets the reset
        var (received, failure) = await ReadToResetAsync(client);
        Assert.Equal(SocketError.ConnectionReset, failure);
        Assert.True(received <= after, $"{received} bytes came, of {after} that may.");
        await service.HasClosedAsync(CloseReason.Fault);
    }

    [Fact]
    public async Task AResetWithoutMoreComesAtTheFirstByte()
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"Reset"}]""");
        using var client = await TcpPeer.ConnectAsync(service);
        Assert.DoesNotContain(service.Logs.Lines, line => line.Message.Contains("Fault Reset", StringComparison.Ordinal));
        await client.SendAsync("a\n");
        await client.ExpectResetAsync();
    }

    [Fact]
    public async Task RefuseResetsBeforeAnythingIsServed()
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"Refuse"}]""");
        for (var n = 0; n < 20; n++)
        {
            // Now and then the reset is quicker than the end of the connecting.
            var failure = await Assert.ThrowsAsync<SocketException>(async () =>
            {
                using var client = await TcpPeer.ConnectAsync(service);
                await client.ReadToEndAsync();
            });
            Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
        }

        await service.HasClosedAsync(CloseReason.Fault, 20);
    }

    [Theory]
    [InlineData("out", 1, 20_000)]
    [InlineData("in", 1, 20_000)]
    [InlineData("out", 100, 100_000)]
    [InlineData("in", 1000, 100_000)]
    public async Task CorruptFlipsOneBitInEachRunAndTheSameOnesEachTime(string direction, int run, int length)
    {
        using var service = await FaultSteps.ServeAsync($$"""[{"type":"Corrupt","bytes":{{run}},"seed":7,"direction":"{{direction}}"}]""");
        var sent = FaultSteps.Bytes(length);
        var first = await EchoAsync(service, sent);
        Assert.Equal(length, first.Length);
        for (var at = 0; at < length; at += run)
        {
            Assert.Equal(1, Enumerable.Range(at, run).Sum(n => BitOperations.PopCount((uint)(sent[n] ^ first[n]))));
        }

        Assert.Equal(first, await EchoAsync(service, sent));
        await service.SetFaultsAsync($$"""[{"type":"Corrupt","bytes":{{run}},"seed":8,"direction":"{{direction}}"}]""");
        Assert.NotEqual(first, await EchoAsync(service, sent));
    }

    [Fact]
    public async Task FaultsCombineInTheOrderOfTheList()
    {
        using var service = await FaultSteps.ServeAsync(
            """[{"type":"Corrupt","seed":7},{"type":"LimitData","bytes":100},{"type":"Latency","delayMs":100},{"type":"Slicer","sliceBytes":10,"delayMs":10},{"type":"SlowClose","delayMs":100}]""");
        var sent = FaultSteps.Bytes(1000);
        await FaultSteps.WithinAsync(285, 340, () => FaultSteps.TimeAsync(async () =>
        {
            using var client = await TcpPeer.ConnectAsync(service);
            await client.SendAsync(sent);
            var received = await client.ReadToEndAsync();
            Assert.Equal(100, received.Length);
            Assert.All(received.Zip(sent), pair => Assert.Equal(1, BitOperations.PopCount((uint)(pair.First ^ pair.Second))));
        }));
    }

    private static async Task<byte[]> EchoAsync(ServiceFixture service, byte[] bytes)
    {
        using var client = await TcpPeer.ConnectAsync(service);
        var sending = client.SendAsync(bytes);
        var received = await client.ReadAsync(bytes.Length);
        await sending;
        return received;
    }

    /// <summary>The server may close meanwhile.</summary>
    private static async Task SendAsync(TcpPeer client, byte[] bytes)
    {
        try
        {
            await client.SendAsync(bytes);
        }
        catch (SocketException)
        {
            // Seen by the reader too.
        }
    }

    private static async Task<(int Received, SocketError? Failure)> ReadToResetAsync(TcpPeer client)
    {
        var (received, buffer) = (0, new byte[1 << 16]);
        try
        {
            while (true)
            {
                var read = await client.Socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
                if (read == 0)
                {
                    return (received, null);
                }

                received += read;
            }
        }
        catch (SocketException failure)
        {
            return (received, failure.SocketErrorCode);
        }
    }
}
