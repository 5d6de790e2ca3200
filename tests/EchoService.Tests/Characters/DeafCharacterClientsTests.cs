using System.Globalization;
using EchoService.Tests.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Characters;

public sealed class DeafCharacterClientsTests
{
    private const int Count = 100;

    /// <summary>A whole answer has 4.5 MB: 450 MB for all of them. A piece, and what the sockets hold outside the process, are little.</summary>
    private const long MostGrowth = 60_000_000;

    [Fact]
    public async Task ClientsThatNeverReadHoldNoMemoryAndNobodyUp()
    {
        await using var service = await ServiceProcess.StartAsync(("Tcp:Channels:characters:Timeouts:WriteStallSeconds", "5"));
        var port = await service.PortAsync("characters");
        await FindAsync(port, "cjk");
        var before = ResidentBytes(service.Id);

        var deaf = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => AskAndNeverReadAsync(port)));
        await Eventually.True(() => deaf.All(client => client.Socket.Available > 3), "every answer has begun");
        await FindAsync(port, "sun");
        await FindAsync(port, "cjk");

        var growth = ResidentBytes(service.Id) - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"{growth:N0} bytes");
        Assert.True(growth < MostGrowth, $"{growth:N0} bytes");
        await Eventually.True(() => service.Output.Snapshot().Count(line => line.Contains("writeStalled", StringComparison.Ordinal)) == Count, "all are closed");
        Array.ForEach(deaf, client => client.Dispose());
    }

    private static async Task FindAsync(int port, string query)
    {
        using var client = await TcpPeer.ConnectAsync(port);
        await client.SendAsync($"{query}\r\n");
        await client.ExpectAsync("?> " + CharactersChannelTests.Answer(query));
    }

    private static async Task<TcpPeer> AskAndNeverReadAsync(int port)
    {
        var client = await TcpPeer.ConnectAsync(port);
        client.Socket.ReceiveBufferSize = 4_096;
        await client.SendAsync("cjk\r\n");
        return client;
    }

    private static long ResidentBytes(int process)
    {
        var line = File.ReadLines($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1_024;
    }
}
