using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Kinds;

/// <summary>Finds characters by the words of their names: a prompt, a line of words, a line a character and the number of them.</summary>
internal sealed class CharactersHandler(ILogger<CharactersHandler> logger) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var live = TcpConnection.Of(connection);
        var input = connection.Transport.Input;
        var output = connection.Transport.Output;
        var reason = await PromptAsync(output, live) ? (CloseReason?)null : CloseReason.ClientReset;
        long held = 0; // bytes of a line without its end
        while (reason is null)
        {
            var result = await input.ReadAsync();
            live.Received(result.Buffer.Length - held);
            (var left, reason) = await AnswerAsync(result.Buffer, result.IsCompleted, output, live);
            held = left.Length;
            input.AdvanceTo(left.Start, left.End);
            if (result.IsCompleted || result.IsCanceled)
            {
                reason ??= CloseReason.ClientClosed;
            }
        }

        live.TryEnd(reason.Value);
    }

    /// <summary>Answers every whole line; returns what is left, and why the session ends where it does.</summary>
    private async ValueTask<(ReadOnlySequence<byte> Left, CloseReason? Reason)> AnswerAsync(
        ReadOnlySequence<byte> data, bool isLast, PipeWriter output, TcpConnection live)
    {
        while (true)
        {
            switch (QueryLine.Read(ref data, isLast, out var query))
            {
                case QueryLineKind.Incomplete:
                    return (data, null);
                case QueryLineKind.End:
                    return (data, CloseReason.Finished);
                case QueryLineKind.TooLong:
                    await RefuseAsync(output, live);
                    return (data, CloseReason.ProtocolError);
                case QueryLineKind.Words when !await FindAsync(query, output, live):
                    return (data, CloseReason.ClientReset);
            }

            if (!await PromptAsync(output, live))
            {
                return (data, CloseReason.ClientReset);
            }
        }
    }

    private async ValueTask<bool> FindAsync(string query, PipeWriter output, TcpConnection live)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            logger.QueryReceived(live.Client, new(new(Encoding.UTF8.GetBytes(query))));
        }

        var answer = new CharacterAnswer(query);
        while (!answer.IsWhole)
        {
            if (!await FlushAsync(answer.Write(output), output, live))
            {
                return false;
            }
        }

        logger.ResultsSent(answer.Count);
        return true;
    }

    private static ValueTask<bool> PromptAsync(PipeWriter output, TcpConnection live)
    {
        var prompt = "?> "u8;
        output.Write(prompt);
        return FlushAsync(prompt.Length, output, live);
    }

    private static ValueTask<bool> RefuseAsync(PipeWriter output, TcpConnection live) =>
        FlushAsync((int)Encoding.UTF8.GetBytes($"error: a query has at most {QueryLine.MostBytes} bytes\r\n", output), output, live);

    /// <summary>False: nobody takes the answer any more.</summary>
    private static async ValueTask<bool> FlushAsync(int bytes, PipeWriter output, TcpConnection live)
    {
        live.Writing(bytes);
        var flushed = await output.FlushAsync();
        live.Written();
        return !flushed.IsCompleted;
    }
}
