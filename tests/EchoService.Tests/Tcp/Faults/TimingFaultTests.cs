using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EchoService.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp.Faults;

/// <summary>What users are promised: latency within 10% or 2 ms at the median, bandwidth within 10%.</summary>
public sealed class TimingFaultTests
{
    [Theory]
    [InlineData("out", 60, 54, 66)]
    [InlineData("in", 60, 54, 66)]
    [InlineData("out", 5, 3, 7)]
    [InlineData("in", 5, 3, 7)]
    public async Task LatencyDelaysEachRoundTrip(string direction, int delay, double least, double most)
    {
        using var service = await FaultSteps.ServeAsync($$"""[{"type":"Latency","delayMs":{{delay}},"direction":"{{direction}}","clients":["127.0.0.2"]}]""");
        using var delayed = await TcpPeer.ConnectAsync(service, from: IPAddress.Parse("127.0.0.2"));
        using var plain = await TcpPeer.ConnectAsync(service);

        // What the fault adds: the round trip itself takes milliseconds on a machine that is busy elsewhere.
        await FaultSteps.WithinAsync(least, most, async () =>
        {
            var added = new List<double>();
            for (var n = 0; n < 21; n++)
            {
                var without = await plain.RoundTripAsync(1);
                added.Add(await delayed.RoundTripAsync(1) - without);
            }

            return added.Order().ElementAt(added.Count / 2);
        });
    }

    [Fact]
    public async Task LatencyHoldsFromTheFirstByteAndInBothDirectionsTogether()
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"Latency","delayMs":50,"direction":"in"},{"type":"Latency","delayMs":70}]""");
        await FaultSteps.WithinAsync(118, 132, async () =>
        {
            using var client = await TcpPeer.ConnectAsync(service);
            return await client.RoundTripAsync(1);
        });
    }

    [Fact]
    public async Task LatencyDelaysWithoutLimitingTheRate()
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"Latency","delayMs":100}]""");
        using var client = await TcpPeer.ConnectAsync(service);
        var sent = FaultSteps.Bytes(200_000);
        await FaultSteps.WithinAsync(100, 160, () => FaultSteps.TimeAsync(async () =>
        {
            var sending = client.SendAsync(sent);
            Assert.Equal(sent, await client.ReadAsync(sent.Length));
            await sending;
        }));
    }

    [Fact]
    public async Task JitterSpreadsTheDelayEvenlyAroundIt()
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"Latency","delayMs":20,"jitterMs":15,"seed":3}]""");
        using var client = await TcpPeer.ConnectAsync(service);
        await FaultSteps.WithinAsync(4, 14, async () =>
        {
            var times = new List<double>();
            for (var n = 0; n < 60; n++)
            {
                times.Add(await client.RoundTripAsync(1));
            }

            Assert.True(times.Max() > 27, $"The longest took {times.Max():0.0} ms.");
            return times.Min();
        });
        await FaultSteps.WithinAsync(15, 25, async () => await client.RoundTripAsync(41));
    }

    [Theory]
    [InlineData("out", 200_000)]
    [InlineData("in", 200_000)]
    [InlineData("out", 2_000)]
    [InlineData("out", 5_000_000)]
    public async Task BandwidthHoldsTheRateSmoothly(string direction, int rate)
    {
        using var service = await FaultSteps.ServeAsync($$"""[{"type":"Bandwidth","bytesPerSecond":{{rate}},"direction":"{{direction}}"}]""");
        var sent = FaultSteps.Bytes(rate / 2);
        await FaultSteps.WithinAsync(rate * 0.9, rate * 1.1, async () =>
        {
            using var client = await TcpPeer.ConnectAsync(service);
            var clock = Stopwatch.StartNew();
            var sending = client.SendAsync(sent);
            var (received, longestGap) = (new List<byte>(), 0.0);
            var buffer = new byte[sent.Length];
            while (received.Count < sent.Length)
            {
                var before = clock.Elapsed.TotalMilliseconds;
                var count = await client.Socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
                longestGap = Math.Max(longestGap, clock.Elapsed.TotalMilliseconds - before);
                received.AddRange(buffer.AsSpan(0, count));
            }

            var seconds = clock.Elapsed.TotalSeconds;
            await sending;
            Assert.Equal(sent, received);
            return longestGap < 100 ? sent.Length / seconds : double.NaN;
        });
    }

    [Fact]
    public async Task ASlowLineIsNoStalledClientAndLosesNothingAtTheClose()
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"Bandwidth","bytesPerSecond":20000}]""", ("Tcp:Timeouts:WriteStallSeconds", "2"), ("Tcp:Timeouts:IdleSeconds", "2"));
        using var client = await TcpPeer.ConnectAsync(service);
        var sent = FaultSteps.Bytes(80_000);
        await client.SendAsync(sent);
        client.HalfClose();
        Assert.Equal(sent, await client.ReadToEndAsync());
        await service.HasClosedAsync(CloseReason.ClientClosed);
    }

    [Fact]
    public async Task AClientThatDoesNotReadIsGivenUpAlsoBehindAFault()
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"Latency","delayMs":1}]""", ("Tcp:Timeouts:WriteStallSeconds", "0.5"));
        using var client = await TcpPeer.ConnectAsync(service);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (true)
            {
                await client.SendAsync(FaultSteps.Bytes(1 << 20));
            }
        });
        await service.HasClosedAsync(CloseReason.WriteStalled);
    }

    [Fact]
    public async Task TheSlicerSendsPiecesOfTheSizeAsked()
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"Slicer","sliceBytes":7,"delayMs":10}]""");
        var sent = FaultSteps.Bytes(45);
        await FaultSteps.WithinAsync(1, 1, async () =>
        {
            using var client = await TcpPeer.ConnectAsync(service);
            await client.SendAsync(sent);
            var (sizes, received, buffer) = (new List<int>(), new List<byte>(), new byte[100]);
            while (received.Count < sent.Length)
            {
                sizes.Add(await client.Socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken));
                received.AddRange(buffer.AsSpan(0, sizes[^1]));
            }

            Assert.Equal(sent, received);
            return sizes.SequenceEqual([7, 7, 7, 7, 7, 7, 3]) ? 1 : 0;
        });
    }

    [Theory]
    [InlineData(7, 20)]
    [InlineData(1000, 40)]
    public async Task TheSlicerShowsTheHandlerPiecesOfTheSizeAsked(int size, int pieces)
    {
        using var service = await FaultSteps.ServeAsync(
            $$"""[{"type":"Slicer","sliceBytes":{{size}},"direction":"in"}]""", ("Tcp:Channels:echo:Unit", "Chunk"), ("Tcp:Channels:echo:ReplyPrefix", "|"));
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync(Encoding.ASCII.GetBytes(new string('x', size * pieces)));
        await client.ExpectAsync(string.Concat(Enumerable.Repeat("|" + new string('x', size), pieces)));
    }

    [Fact]
    public async Task LimitTimeEndsTheConnectionInTime()
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"LimitTime","afterMs":300}]""");
        await FaultSteps.WithinAsync(298, 330, async () =>
        {
            using var client = await TcpPeer.ConnectAsync(service);
            return await FaultSteps.TimeAsync(async () => Assert.Empty(await client.ReadToEndAsync()));
        });
        await Eventually.True(() => service.Channel().Counters.Closed(CloseReason.Fault) > 0, "closed by the fault");
    }

    [Fact]
    public async Task SlowCloseKeepsTheConnectionOpenThatMuchLonger()
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"SlowClose","delayMs":300}]""");
        await FaultSteps.WithinAsync(298, 330, async () =>
        {
            using var client = await TcpPeer.ConnectAsync(service);
            await client.SendAsync("last\n");
            await client.ExpectAsync("last\n");
            client.HalfClose();
            return await FaultSteps.TimeAsync(() => client.ReadToEndAsync());
        });
    }

    [Theory]
    [InlineData("in")]
    [InlineData("out")]
    public async Task AResetComesInTime(string direction)
    {
        using var service = await FaultSteps.ServeAsync($$"""[{"type":"Reset","afterMs":300,"direction":"{{direction}}"}]""");
        await FaultSteps.WithinAsync(298, 330, async () =>
        {
            var clock = Stopwatch.StartNew();
            using var client = await TcpPeer.ConnectAsync(service);
            try
            {
                await client.SendAsync("served until then\n");
                await client.ExpectAsync("served until then\n");
            }
            catch (SocketException)
            {
                return double.NaN; // the reset came first
            }

            await client.ExpectResetAsync();
            return clock.Elapsed.TotalMilliseconds;
        });
    }

    [Fact]
    public async Task AnUntouchedConnectionIsAsQuickAsWithoutFaults()
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"Latency","delayMs":1000,"probability":0},{"type":"Bandwidth","bytesPerSecond":10,"clients":["10.0.0.0/8"]}]""");
        await FaultSteps.WithinAsync(0, 2, async () =>
        {
            using var client = await TcpPeer.ConnectAsync(service);
            return await client.RoundTripAsync(50);
        });
    }
}
