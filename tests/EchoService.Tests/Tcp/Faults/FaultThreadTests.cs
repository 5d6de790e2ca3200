using System.Diagnostics;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp.Faults;

/// <summary>Counts the threads of the whole process: nothing else may run in it.</summary>
[Collection(nameof(Alone))]
public sealed class FaultThreadTests
{
    [Fact]
    public async Task AThousandDelayedConnectionsTakeNoThreadEach()
    {
        using var service = await FaultSteps.ServeAsync(
            """[{"type":"Latency","delayMs":3000},{"type":"Latency","delayMs":1,"direction":"in"},{"type":"Bandwidth","bytesPerSecond":1000}]""", ("Tcp:Limits:PerAddress", "0"));
        var clients = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => TcpPeer.ConnectAsync(service)));
        var before = Threads();
        await Task.WhenAll(clients.Select(client => client.SendAsync("a\n")));
        await Eventually.True(() => service.Connections().Count(connection => connection.FiredFaults.Count == 3) == 1000, "all are delayed");
        Assert.InRange(Threads(), 1, before + 60);
        await Task.WhenAll(clients.Select(client => client.ExpectAsync("a\n")));
        Array.ForEach(clients, client => client.Dispose());
    }

    private static int Threads()
    {
        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }
}
