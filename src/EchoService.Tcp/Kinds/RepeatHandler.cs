using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Kinds;

/// <summary>Sends its own start time, reads a line with a number, sends as many lines, and closes.</summary>
internal sealed class RepeatHandler(TimeProvider time, ILogger<RepeatHandler> logger) : ConnectionHandler
{
    private const int MostAtOnce = 16 << 10;

    private readonly byte[] _start = Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0:F2}\n"));

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var live = TcpConnection.Of(connection);
        if (!await live.SendAsync(_start))
        {
            return;
        }

        var request = await ReadRequestAsync(live, connection.Transport.Input);
        if (request is null)
        {
            live.TryEnd(CloseReason.ClientClosed);
        }
        else if (request is { Error: { } error })
        {
            live.TryEnd(CloseReason.ProtocolError);
            await live.SendAsync(Encoding.ASCII.GetBytes($"error: {error}\n"));
        }
        else
        {
            logger.Sending(request.Lines, live.Client, live.Channel.Name);
            await SendLinesAsync(live, connection.Transport.Output, request.Lines);
            logger.Sent(live.Client, live.Channel.Name);
        }
    }

    /// <summary>Null when the client left without a word.</summary>
    private static async ValueTask<RepeatRequest?> ReadRequestAsync(TcpConnection live, PipeReader input)
    {
        long seen = 0;
        while (true)
        {
            var result = await input.ReadAsync();
            live.Received(result.Buffer.Length - seen);
            seen = result.Buffer.Length;
            var request = RepeatRequest.TryParse(result.Buffer, result.IsCompleted, live.Channel.Options.MaxLines);
            if (request is not null || result.IsCompleted || result.IsCanceled)
            {
                input.AdvanceTo(result.Buffer.End);
                return request;
            }

            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static async ValueTask SendLinesAsync(TcpConnection live, PipeWriter output, long lines)
    {
        var client = Encoding.ASCII.GetBytes($"client: {live.ClientTuple}, ");
        for (long n = 0; n < lines && !live.IsAskedToEnd;)
        {
            var written = 0;
            for (; n < lines && written < MostAtOnce; n++)
            {
                written += WriteLine(output, client, n);
            }

            if (!await live.FlushAsync(written))
            {
                return;
            }
        }
    }

    private static int WriteLine(PipeWriter output, ReadOnlySpan<byte> client, long number)
    {
        var line = output.GetSpan(client.Length + 21);
        client.CopyTo(line);
        _ = number.TryFormat(line[client.Length..], out var digits, default, CultureInfo.InvariantCulture);
        var length = client.Length + digits + 1;
        line[length - 1] = (byte)'\n';
        output.Advance(length);
        return length;
    }
}
