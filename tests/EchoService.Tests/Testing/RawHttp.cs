using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EchoService.Tests.Testing;

/// <summary>An answer, byte for byte as it came.</summary>
public sealed record RawAnswer(int Status, string Head, string Body)
{
    public string? MediaType => Head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Type: ", StringComparison.OrdinalIgnoreCase))?[14..].Split(';')[0];
}

/// <summary>HTTP on a bare socket: for clients that send too much, too slowly, or go on after they were answered.</summary>
public static class RawHttp
{
    /// <summary>Sends the head, then whatever <paramref name="send"/> sends, until the answer has come.</summary>
    public static async Task<RawAnswer> AskAsync(int port, string head, Func<NetworkStream, CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.ReplaceLineEndings("\r\n") + "\r\n\r\n"), cancellationToken);
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = SendAsync(stream, send, answered.Token);
        var answer = await ReadAsync(stream, cancellationToken);
        await answered.CancelAsync();
        await sending;
        return answer;
    }

    /// <summary>One chunk of a chunked body.</summary>
    public static byte[] Chunk(ReadOnlySpan<byte> bytes) => [.. Encoding.ASCII.GetBytes(bytes.Length.ToString("x", CultureInfo.InvariantCulture)), 13, 10, .. bytes, 13, 10];

    private static async Task SendAsync(NetworkStream stream, Func<NetworkStream, CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        try
        {
            await send(stream, cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // Answered, or hung up on.
        }
    }

    private static async Task<RawAnswer> ReadAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new byte[8192];
        var end = -1;
        while (end < 0 || !IsWhole(text.ToString(), end))
        {
            var n = await stream.ReadAsync(buffer, cancellationToken);
            if (n == 0)
            {
                break;
            }

            text.Append(Encoding.Latin1.GetString(buffer, 0, n));
            end = text.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal);
        }

        Assert.True(end > 0, $"no answer came but '{text}'");
        var whole = text.ToString();
        var head = whole[..end];
        return new RawAnswer(int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture), head, BodyOf(head, whole[(end + 4)..]));
    }

    private static bool IsChunked(string head) => head.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);

    private static bool IsWhole(string text, int end) =>
        IsChunked(text[..end]) ? text.EndsWith("0\r\n\r\n", StringComparison.Ordinal) : text[..end].Contains("Content-Length: 0", StringComparison.OrdinalIgnoreCase);

    private static string BodyOf(string head, string body)
    {
        if (!IsChunked(head))
        {
            return body;
        }

        var whole = new StringBuilder();
        while (body.Length > 0)
        {
            var line = body.IndexOf("\r\n", StringComparison.Ordinal);
            var length = int.Parse(body.AsSpan(0, line), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            whole.Append(body, line + 2, length);
            body = length == 0 ? "" : body[(line + 2 + length + 2)..];
        }

        return whole.ToString();
    }
}
