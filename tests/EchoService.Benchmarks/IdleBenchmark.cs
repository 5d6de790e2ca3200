using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EchoService.Benchmarks;

/// <summary>What an idle connection costs: after it was opened, and after one message.</summary>
internal static class IdleBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 8000;
        await using var service = await RunningService.StartAsync(
            "--Tcp:Channels:echo:Port=0", "--Tcp:Channels:discard:Port=0", "--Tcp:Channels:repeat:Port=0", "--Tcp:Channels:characters:Port=0",
            "--Tcp:Limits:PerAddress=0", "--Tcp:Limits:MaxConnections=0");
        var sockets = new List<Socket>();
        try
        {
            await OpenAsync(service.Port("echo"), sockets, 100);
            await EchoAsync(sockets);
            var before = service.Resident;
            await OpenAsync(service.Port("echo"), sockets, count);
            await ActiveAsync(service, count + 100);
            var opened = service.Resident;
            await EchoAsync(sockets);
            var used = service.Resident;
            Console.WriteLine($"{count} idle connections: {(opened - before) / (double)count / 1024:0.0} KiB each, {(used - before) / (double)count / 1024:0.0} KiB each after one message, {used >> 20} MiB in all");
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }

        return 0;
    }

    private static async Task OpenAsync(int port, List<Socket> sockets, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port);
            sockets.Add(socket);
        }
    }

    private static async Task EchoAsync(List<Socket> sockets)
    {
        var reply = new byte[64];
        foreach (var socket in sockets)
        {
            await socket.SendAsync("hello\n"u8.ToArray());
            await socket.ReceiveAsync(reply);
        }
    }

    private static async Task ActiveAsync(RunningService service, int count)
    {
        while (await service.MetricAsync("""echoservice_tcp_connections_active{channel="echo"}""") < count)
        {
            await Task.Delay(50);
        }
    }
}
