using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp;

public sealed class ShutdownTests
{
    [Fact]
    public async Task SigtermLosesNoAcknowledgedMessageOf500BusyClientsAndEndsIdleOnes()
    {
        await using var service = await ServiceProcess.StartAsync(("Serilog:MinimumLevel:Override:EchoService.Tcp.Connection", "Warning"));
        var port = await service.PortAsync("echo");
        var idle = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => TcpPeer.ConnectAsync(port)));
        var busy = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => TcpPeer.ConnectAsync(port)));
        var answered = 0;
        var conversations = busy.Select((client, n) => TalkUntilFinAsync(client, n, () => Interlocked.Increment(ref answered))).ToList();
        await Eventually.True(() => Volatile.Read(ref answered) > 2000, "2,000 messages answered");

        var clock = Stopwatch.StartNew();
        var stopping = service.StopAsync();
        await Task.WhenAll(conversations);
        foreach (var client in idle)
        {
            Assert.Empty(await client.ReadToEndAsync());
            client.Dispose();
        }

        Assert.Equal(0, await stopping);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"It took {clock.Elapsed}.");
        Assert.Empty(service.Errors.Snapshot());
        Array.ForEach(busy, client => client.Dispose());
    }

    [Fact]
    public async Task AClientThatNeverReadsHoldsTheEndUpNoLongerThanTheTimeout()
    {
        await using var service = await ServiceProcess.StartAsync(("Shutdown:Timeout", "2"));
        using var client = await TcpPeer.ConnectAsync(await service.PortAsync("echo"));
        var (before, taken) = (-2L, -1L);
        while (taken != before)
        {
            // A service that stood still for a while has not taken all it can.
            await client.FillAsync(TimeSpan.FromSeconds(1));
            (before, taken) = (taken, await BytesInAsync(service));
        }

        var clock = Stopwatch.StartNew();
        Assert.Equal(0, await service.StopAsync());
        Assert.InRange(clock.Elapsed.TotalSeconds, 1, 10);
    }

    [Fact]
    public async Task NoNewConnectionIsTakenWhileItDrains()
    {
        await using var service = await ServiceProcess.StartAsync();
        var port = await service.PortAsync("echo");
        using var client = await TcpPeer.ConnectAsync(port);
        await client.SendAsync("last words\n");
        await client.ExpectAsync("Echoed back: last words\n");
        var stopping = service.StopAsync();
        Assert.Empty(await client.ReadToEndAsync());
        await Assert.ThrowsAsync<SocketException>(() => TcpPeer.ConnectAsync(port));
        client.HalfClose();
        Assert.Equal(0, await stopping);
    }

    private static async Task<long> BytesInAsync(ServiceProcess service)
    {
        var list = await service.Client.GetFromJsonAsync<JsonElement>("/tcp/connections", TestContext.Current.CancellationToken);
        return list.GetProperty("items").EnumerateArray().Sum(connection => connection.GetProperty("bytesIn").GetInt64());
    }

    /// <summary>One message at a time; after the last answer comes a FIN, with no part of an answer before it that was not asked for.</summary>
    private static async Task TalkUntilFinAsync(TcpPeer client, int number, Action answered)
    {
        var buffer = new byte[256];
        for (var n = 0; ; n++)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"client {number} says {n}\n");
            var expected = Encoding.ASCII.GetBytes("Echoed back: " + line);
            await client.SendAsync(line);
            var read = 0;
            while (read < expected.Length)
            {
                var more = await client.Socket.ReceiveAsync(buffer.AsMemory(read), TestContext.Current.CancellationToken);
                if (more == 0)
                {
                    Assert.Equal(0, read); // never half an answer
                    client.HalfClose();
                    return;
                }

                read += more;
            }

            Assert.True(expected.AsSpan().SequenceEqual(buffer.AsSpan(0, read)));
            answered();
        }
    }
}
