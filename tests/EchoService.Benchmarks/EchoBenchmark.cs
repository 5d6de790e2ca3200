using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EchoService.Benchmarks;

/// <summary>One message under way on each connection: how many come back a second, and what the service allocates for one.</summary>
internal static class EchoBenchmark
{
    private const string Allocated = "dotnet_gc_heap_total_allocated_bytes_total";
    private const string Prefix = "Echoed back: ";

    private static readonly (string Name, string[] Settings, string Before)[] s_ways =
    [
        ("verbatim", ["--Tcp:Channels:echo:ReplyPrefix="], ""),
        ("line", [], Prefix),
        ("chunk", ["--Tcp:Channels:echo:Unit=Chunk"], Prefix),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        var connections = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 50;
        var seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 5;
        Console.WriteLine($"{connections} connections, 64 bytes a message, {seconds:0.#} s each");
        Console.WriteLine($"{"",-10}{"messages/s",12}{"CPU us/message",16}{"bytes/message",15}");
        foreach (var (name, settings, before) in s_ways)
        {
            await using var service = await RunningService.StartAsync(["--Tcp:Channels:echo:Port=0", "--Tcp:Channels:discard:Port=0", "--Tcp:Channels:repeat:Port=0", "--Tcp:Channels:characters:Port=0", .. settings]);
            await LoadAsync(service.Port("echo"), connections, TimeSpan.FromSeconds(2), before);

            // Scrapes allocate too: two in a row tell how much.
            var first = await service.MetricAsync(Allocated);
            var scrape = await service.MetricAsync(Allocated) - first;
            var from = await service.MetricAsync(Allocated);
            var processor = service.Processor;
            var clock = Stopwatch.StartNew();
            var messages = await LoadAsync(service.Port("echo"), connections, TimeSpan.FromSeconds(seconds), before);
            var elapsed = clock.Elapsed.TotalSeconds;
            processor = service.Processor - processor;
            var allocated = await service.MetricAsync(Allocated) - from - scrape;
            Console.WriteLine($"{name,-10}{messages / elapsed,12:0}{processor.TotalMicroseconds / messages,16:0.0}{allocated / messages,15:0.000}");
        }

        return 0;
    }

    /// <summary>Sends and awaits messages on all connections. Returns how many came back whole.</summary>
    private static async Task<long> LoadAsync(int port, int connections, TimeSpan duration, string before)
    {
        var message = Encoding.ASCII.GetBytes(new string('x', 63) + "\n");
        var expected = Encoding.ASCII.GetByteCount(before) + message.Length;
        using var end = new CancellationTokenSource(duration);
        var counts = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => OneAsync(port, message, expected, end.Token)));
        return counts.Sum();
    }

    private static async Task<long> OneAsync(int port, byte[] message, int expected, CancellationToken end)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, CancellationToken.None);
        var reply = new byte[expected];
        for (var count = 0L; ; count++)
        {
            if (end.IsCancellationRequested)
            {
                return count;
            }

            await socket.SendAsync(message, SocketFlags.None, CancellationToken.None);
            for (var got = 0; got < expected;)
            {
                var n = await socket.ReceiveAsync(reply.AsMemory(got), SocketFlags.None, CancellationToken.None);
                got += n > 0 ? n : throw new InvalidOperationException("The service closed the connection.");
            }
        }
    }
}
