using System.Net;
using System.Net.Sockets;

namespace EchoService.Benchmarks;

/// <summary>Connections to the echo channel of a service of its own, for memory that was used once is not given back.</summary>
internal sealed class IdleContender(string name, int connections) : IContender
{
    private const int First = 100;

    public string Name => name;

    public Task StartAsync() => Task.CompletedTask;

    public async Task<Sample> RunAsync()
    {
        await using var service = await RunningService.StartAsync("--Tcp:Limits:PerAddress=0", "--Tcp:Limits:MaxConnections=0");
        var sockets = new List<Socket>();
        try
        {
            await OpenAsync(service, sockets, First);
            await EchoAsync(sockets);
            var before = service.Resident;
            await OpenAsync(service, sockets, First + connections);
            var opened = service.Resident;
            await EchoAsync(sockets);
            var used = service.Resident;
            return new Sample(
                ("KiB/connection", (opened - before) / 1024.0 / connections),
                ("KiB after a message", (used - before) / 1024.0 / connections),
                ("MiB in all", used / (double)(1 << 20)));
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task OpenAsync(RunningService service, List<Socket> sockets, int count)
    {
        while (sockets.Count < count)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            sockets.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, service.Port("echo"));
        }

        while (await service.MetricAsync("""echoservice_tcp_connections_active{channel="echo"}""") < count)
        {
            await Task.Delay(50);
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
}
