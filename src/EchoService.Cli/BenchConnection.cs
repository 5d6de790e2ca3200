using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace EchoService.Cli;

/// <summary>One connection of a bench: keeps <c>Depth</c> messages under way and compares every reply, byte for byte, with what is due.</summary>
internal sealed class BenchConnection
{
    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private readonly int _depth;
    private readonly byte[] _message;
    private readonly byte[] _reply;
    private readonly byte[] _batch;
    private readonly Queue<long> _sent = new();

    private BenchConnection(Socket socket, BenchOptions options, TimeProvider time, int number)
    {
        (_socket, _time, _depth) = (socket, time, options.Depth);
        _message = Message(options.Size, number);
        _reply = [.. Encoding.UTF8.GetBytes(options.Prefix), .. _message];
        _batch = [.. Enumerable.Repeat(_message, _depth).SelectMany(bytes => bytes)];
    }

    public LatencyHistogram Latency { get; } = new();

    /// <summary>What ended it before its time.</summary>
    public string? Error { get; private set; }

    public static async Task<BenchConnection> OpenAsync(HostPort target, BenchOptions options, TimeProvider time, int number, CancellationToken token) =>
        new(await target.ConnectAsync(token), options, time, number);

    public async Task RunAsync(CancellationToken over)
    {
        using var socket = _socket;
        var buffer = new byte[Math.Max(64 << 10, _reply.Length)];
        var within = 0;
        try
        {
            var sending = SendAsync(Task.CompletedTask, _depth, over);
            while (true)
            {
                var read = await socket.ReceiveAsync(buffer, over);
                if (read == 0)
                {
                    Error = "the server closed the connection";
                    return;
                }

                var replies = Take(buffer.AsSpan(0, read), ref within);
                if (Error is not null)
                {
                    return;
                }

                sending = SendAsync(sending, replies, over);
                if (sending.IsCompleted)
                {
                    await sending;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Its time is over.
        }
        catch (SocketException exception)
        {
            Error = exception.Message;
        }
    }

    /// <summary>Letters that tell the connections apart.</summary>
    private static byte[] Message(int size, int number)
    {
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number} "));
        var message = new byte[size];
        for (var i = 0; i < size - 1; i++)
        {
            message[i] = i < head.Length ? head[i] : (byte)('a' + ((i + number) % 26));
        }

        message[^1] = (byte)'\n';
        return message;
    }

    /// <summary>Sends beside the receiving: more may be under way than buffers hold.</summary>
    private async Task SendAsync(Task before, int messages, CancellationToken token)
    {
        var now = _time.GetTimestamp();
        for (var i = 0; i < messages; i++)
        {
            _sent.Enqueue(now);
        }

        await before;
        for (var rest = _batch.AsMemory(0, messages * _message.Length); !rest.IsEmpty;)
        {
            rest = rest[await _socket.SendAsync(rest, token)..];
        }
    }

    /// <param name="within">Bytes of the reply under way that have come.</param>
    /// <returns>How many replies this made whole.</returns>
    private int Take(ReadOnlySpan<byte> bytes, ref int within)
    {
        var whole = 0;
        while (!bytes.IsEmpty)
        {
            var due = _reply.AsSpan(within);
            var length = Math.Min(due.Length, bytes.Length);
            if (!bytes[..length].SequenceEqual(due[..length]) || _sent.Count == 0)
            {
                Error = $"a reply is not what was sent: '{Shown(bytes)}' (a server's prefix is told by --prefix)";
                return whole;
            }

            bytes = bytes[length..];
            within = (within + length) % _reply.Length;
            if (within == 0)
            {
                whole++;
                Latency.Add((long)_time.GetElapsedTime(_sent.Dequeue()).TotalMicroseconds);
            }
        }

        return whole;
    }

    private static string Shown(ReadOnlySpan<byte> bytes) =>
        string.Concat(Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 32)]).Select(letter => char.IsControl(letter) ? '.' : letter));
}
