using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EchoService.Benchmarks;

/// <param name="Times">Round trips of batches in microseconds, in ascending order.</param>
internal sealed record MessageLoadResult(long Messages, TimeSpan Took, IReadOnlyList<double> Times)
{
    public double Percentile(double share) => Times.Count == 0 ? 0 : Times[(int)(Times.Count * share)];
}

/// <summary>Sends a batch of messages on each connection, awaits its reply, sends the next. In this process, and so with less force than the program in C.</summary>
internal static class MessageLoad
{
    /// <param name="replyBytes">What answers a batch.</param>
    /// <param name="open">How long the connections stay.</param>
    /// <param name="talking">How long they send, from their begin.</param>
    public static async Task<MessageLoadResult> RunAsync(int port, EchoShape shape, int replyBytes, TimeSpan open, TimeSpan talking)
    {
        var batch = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('x', shape.Bytes - 1) + "\n", shape.Depth)));
        using var silent = new CancellationTokenSource(talking);
        var end = Task.Delay(open);
        var times = await Task.WhenAll(Enumerable.Range(0, shape.Connections).Select(_ => OneAsync(port, batch, replyBytes, end, silent.Token)));
        var all = times.SelectMany(of => of).Order().ToList();
        return new((long)all.Count * shape.Depth, talking, all);
    }

    private static async Task<List<double>> OneAsync(int port, byte[] batch, int replyBytes, Task end, CancellationToken silent)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, CancellationToken.None);
        var reply = new byte[replyBytes];
        var times = new List<double>();
        while (!silent.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            await socket.SendAsync(batch, SocketFlags.None, CancellationToken.None);
            for (var got = 0; got < replyBytes;)
            {
                var n = await socket.ReceiveAsync(reply.AsMemory(got), SocketFlags.None, CancellationToken.None);
                got += n > 0 ? n : throw new InvalidOperationException("The service closed the connection.");
            }

            times.Add(Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
        }

        await end;
        return times;
    }
}
