using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Kinds;

/// <summary>
/// Sends back what it receives (RFC 862), in pieces of bounded size, so that neither a line's length nor a client that never reads
/// costs memory. All of it is one method: an inner asynchronous one would allocate for each message that waits.
/// </summary>
internal sealed class EchoHandler(ILogger<EchoHandler> logger) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var live = TcpConnection.Of(connection);
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        var replies = new EchoReplies(live.Channel);
        while (!replies.AreDone)
        {
            var result = await input.ReadAsync();
            var rest = result.Buffer;
            live.Received(rest.Length);
            if (!rest.IsEmpty)
            {
                logger.DataReceived(new(rest));
            }

            while (!rest.IsEmpty && !replies.AreDone)
            {
                rest = rest.Slice(replies.Answer(rest, output, out var asIs, out var bytes));
                live.Writing(bytes);
                var flushed = await output.WriteAsync(asIs);
                live.Written();
                if (flushed.IsCompleted)
                {
                    live.TryEnd(CloseReason.ClientReset);
                    input.AdvanceTo(result.Buffer.End);
                    return;
                }
            }

            replies.EndChunk();
            input.AdvanceTo(result.Buffer.End);
            if (!replies.AreDone && (result.IsCompleted || result.IsCanceled))
            {
                live.TryEnd(CloseReason.ClientClosed);
                return;
            }
        }

        live.TryEnd(CloseReason.Replied);
    }
}
