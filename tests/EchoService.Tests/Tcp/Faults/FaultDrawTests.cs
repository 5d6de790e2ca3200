using System.Globalization;
using System.Net.Sockets;
using EchoService.Tcp.Faults;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp.Faults;

public sealed class FaultDrawTests
{
    private const int Connections = 1000;

    [Fact]
    public void TheGeneratorIsThePublishedOne()
    {
        // The first numbers of SplitMix64 from state 0, as its authors' C code gives them.
        var random = new SplitMix64(0);
        Assert.Equal<ulong[]>([0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F], [random.Next(), random.Next(), random.Next()]);
    }

    [Fact]
    public async Task TheSameSeedHitsTheSameConnectionsInEveryRunAndInEveryProcess()
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"Refuse","probability":0.3,"seed":42}]""");
        var first = await VictimsAsync(service.PortOf("echo"));

        // 99% of all draws lie within 2.576 standard deviations: sqrt(1000 * 0.3 * 0.7) = 14.5.
        Assert.InRange(first.Count, 263, 337);

        await service.SetFaultsAsync("""[{"type":"Refuse","probability":0.3,"seed":42}]""");
        Assert.Equal(first, await VictimsAsync(service.PortOf("echo")));

        await using var process = await ServiceProcess.StartAsync(
            FaultSteps.Verbatim,
            ("Tcp:Channels:echo:Faults:0:Type", "Refuse"),
            ("Tcp:Channels:echo:Faults:0:Probability", "0.3"),
            ("Tcp:Channels:echo:Faults:0:Seed", "42"));
        Assert.Equal(first, await VictimsAsync(await process.PortAsync("echo")));

        await service.SetFaultsAsync("""[{"type":"Refuse","probability":0.3,"seed":43}]""");
        Assert.NotEqual(first, await VictimsAsync(service.PortOf("echo")));
    }

    [Fact]
    public async Task ConnectionsThatComeAtOnceAreNumberedInTheOrderOfAccept()
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"Refuse","probability":0.3,"seed":42}]""");
        var one = (await VictimsAsync(service.PortOf("echo"))).Where(n => n < 200);
        await service.SetFaultsAsync("""[{"type":"Refuse","probability":0.3,"seed":42}]""");
        var clients = new List<TcpPeer?>();
        for (var n = 0; n < 200; n++)
        {
            clients.Add(await ConnectAsync(service.PortOf("echo")));
        }

        var served = await Task.WhenAll(clients.Select(IsServedAsync));
        clients.ForEach(client => client?.Dispose());
        Assert.Equal(one, Enumerable.Range(0, 200).Where(n => !served[n]));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 300)]
    public async Task ProbabilityZeroHitsNoneAndOneHitsAll(int probability, int victims)
    {
        using var service = await FaultSteps.ServeAsync($$"""[{"type":"Refuse","probability":{{probability.ToString(CultureInfo.InvariantCulture)}},"seed":42}]""");
        Assert.Equal(victims, (await VictimsAsync(service.PortOf("echo"), 300)).Count);
    }

    private static async Task<List<int>> VictimsAsync(int port, int connections = Connections)
    {
        var victims = new List<int>();
        for (var n = 0; n < connections; n++)
        {
            using var client = await ConnectAsync(port);
            if (!await IsServedAsync(client))
            {
                victims.Add(n);
            }
        }

        return victims;
    }

    /// <summary>Null: the reset was quicker than the end of the connecting.</summary>
    private static async Task<TcpPeer?> ConnectAsync(int port)
    {
        try
        {
            return await TcpPeer.ConnectAsync(port);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static async Task<bool> IsServedAsync(TcpPeer? client)
    {
        if (client is null)
        {
            return false;
        }

        try
        {
            await client.SendAsync("a\n");
            return await client.Socket.ReceiveAsync(new byte[2], TestContext.Current.CancellationToken) == 2;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
