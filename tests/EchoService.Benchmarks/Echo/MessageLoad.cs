using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EchoService.Benchmarks;

/// <summary>Sends a message on each connection, awaits its reply, sends the next.</summary>
internal static class MessageLoad
{
    /// <param name="open">How long the connections stay.</param>
    /// <param name="talking">How long they send, from their begin.</param>
    /// <returns>How many messages came back whole.</returns>
    public static async Task<long> RunAsync(int port, int connections, TimeSpan open, TimeSpan talking, string prefix)
    {
        var message = Encoding.ASCII.GetBytes(new string('x', 63) + "\n");
        var expected = Encoding.ASCII.GetByteCount(prefix) + message.Length;
        using var silent = new CancellationTokenSource(talking);
        var end = Task.Delay(open);
        var counts = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => OneAsync(port, message, expected, end, silent.Token)));
        return counts.Sum();
    }

    private static async Task<long> OneAsync(int port, byte[] message, int expected, Task end, CancellationToken silent)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, CancellationToken.None);
        var reply = new byte[expected];
        var count = 0L;
        for (; !silent.IsCancellationRequested; count++)
        {
            await socket.SendAsync(message, SocketFlags.None, CancellationToken.None);
            for (var got = 0; got < expected;)
            {
                var n = await socket.ReceiveAsync(reply.AsMemory(got), SocketFlags.None, CancellationToken.None);
                got += n > 0 ? n : throw new InvalidOperationException("The service closed the connection.");
            }
        }

        await end;
        return count;
    }
}
