using System.Globalization;
using System.Text;
using EchoService.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp;

/// <summary>What is counted here is the whole process's: nothing else may run in it.</summary>
[Collection(nameof(Alone))]
public sealed class EchoCostTests
{
    [Fact]
    public async Task EchoAllocatesNothingPerMessage()
    {
        using var service = new ServiceFixture(("Logging:LogLevel:EchoService.Tcp", "Information"));
        using var client = await TcpPeer.ConnectAsync(service);
        var message = Encoding.ASCII.GetBytes("a line of some length, as telnet sends it\n");
        var answer = new byte[message.Length + 13];

        // The first thousands of messages run code that the runtime has not optimised yet, which boxes: rounds, until it has settled.
        const int Rounds = 10;
        var each = double.MaxValue;
        for (var round = 0; round < Rounds && each >= 1; round++)
        {
            // What the client's own sockets allocate here is measured with it: they reuse their awaitables too.
            const int Messages = 20_000;
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await TalkAsync(client, message, answer, Messages);
            each = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Messages;
            TestContext.Current.SendDiagnosticMessage($"echo: {each:F2} bytes allocated a message");
        }

        // Timers and the runtime allocate now and then; the smallest object a message would be 24 bytes.
        Assert.True(each < 1, $"{each:F2} bytes are allocated a message.");
    }

    [Fact]
    public async Task AnIdleConnectionCostsAtMost12Kilobytes()
    {
        var count = Environment.GetEnvironmentVariable("ECHOSERVICE_SOAK") == "1" ? 8000 : 4000;
        await using var service = await ServiceProcess.StartAsync(
            ("Tcp:Limits:PerAddress", "0"), ("Serilog:MinimumLevel:Override:EchoService.Tcp.Connection", "Warning"));
        var port = await service.PortAsync("echo");
        using (var warm = await TcpPeer.ConnectAsync(port))
        {
            await warm.SendAsync("a\n");
            await warm.ExpectAsync("Echoed back: a\n");
        }

        var before = Rss(service.Id);
        var clients = new List<TcpPeer>();
        for (var n = 0; n < count; n++)
        {
            clients.Add(await TcpPeer.ConnectAsync(port));
        }

        foreach (var client in clients)
        {
            await client.SendAsync("a\n");
            await client.ExpectAsync("Echoed back: a\n");
        }

        var each = (Rss(service.Id) - before) / (double)count;
        TestContext.Current.SendDiagnosticMessage($"idle: {each:F0} bytes of RSS a connection");
        Assert.True(each <= 12 * 1024, $"{each:F0} bytes of RSS a connection.");
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task AClientThatNeverReadsTakesBoundedMemory()
    {
        const int Count = 100;
        await using var service = await ServiceProcess.StartAsync(("Serilog:MinimumLevel:Override:EchoService.Tcp.Connection", "Warning"));
        var port = await service.PortAsync("echo");
        var warm = await DeafAsync(port, 20);
        var before = Rss(service.Id);
        var clients = await DeafAsync(port, Count);
        var each = (Rss(service.Id) - before) / Count;
        TestContext.Current.SendDiagnosticMessage($"deaf: {each} bytes of RSS a client");

        // 64 KB received and not answered, a buffer of 64 KB with what is under way to the client, and the connection itself; the rest is
        // the kernel's. Measured: 155 KB.
        Assert.True(each < 192 << 10, $"{each} bytes of RSS a client.");
        Array.ForEach([.. warm, .. clients], client => client.Dispose());
    }

    private static async Task<TcpPeer[]> DeafAsync(int port, int count)
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => TcpPeer.ConnectAsync(port)));
        await Task.WhenAll(clients.Select(client => client.FillAsync()));
        return clients;
    }

    private static async Task TalkAsync(TcpPeer client, byte[] message, byte[] answer, int messages)
    {
        for (var n = 0; n < messages; n++)
        {
            await client.Socket.SendAsync(message, TestContext.Current.CancellationToken);
            for (var read = 0; read < answer.Length;)
            {
                read += await client.Socket.ReceiveAsync(answer.AsMemory(read), TestContext.Current.CancellationToken);
            }
        }
    }

    private static long Rss(int processId)
    {
        var line = File.ReadLines($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6).Trim(" \tkB"), CultureInfo.InvariantCulture) * 1024;
    }
}
