using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Kinds;

/// <summary>Sends back what it receives (RFC 862), in pieces of bounded size, so that neither a line's length nor a client that never reads costs memory.</summary>
internal sealed class EchoHandler(ILogger<EchoHandler> logger) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var live = TcpConnection.Of(connection);
        var input = connection.Transport.Input;
        var replies = new EchoReplies(live.Channel);
        while (!replies.AreDone)
        {
            var result = await input.ReadAsync();
            live.Received(result.Buffer.Length);
            if (!result.Buffer.IsEmpty)
            {
                logger.DataReceived(new(result.Buffer));
            }

            var taken = await AnswerAsync(result.Buffer, replies, live, connection.Transport.Output);
            input.AdvanceTo(result.Buffer.End);
            if (!taken || result.IsCompleted || result.IsCanceled)
            {
                live.TryEnd(taken ? CloseReason.ClientClosed : CloseReason.ClientReset);
                return;
            }
        }

        live.TryEnd(CloseReason.Replied);
    }

    /// <summary>False: nobody takes the answer any more.</summary>
    private static async ValueTask<bool> AnswerAsync(ReadOnlySequence<byte> data, EchoReplies replies, TcpConnection live, PipeWriter output)
    {
        while (!data.IsEmpty && !replies.AreDone)
        {
            data = data.Slice(replies.Write(data, output, out var written));
            live.Writing(written);
            var flushed = await output.FlushAsync();
            live.Written();
            if (flushed.IsCompleted)
            {
                return false;
            }
        }

        replies.EndChunk();
        return true;
    }
}
