using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace EchoService.Tcp.Kinds;

/// <summary>
/// Sends lines of 72 printable characters, each one further along the alphabet, until the client goes; what it sends is thrown away
/// (RFC 864). A half-close is no going.
/// </summary>
internal sealed class ChargenHandler : ConnectionHandler
{
    private const int Printable = 95; // from space to tilde
    private const int LineLength = 72;
    private const int LinesAtOnce = Printable; // after which the pattern repeats

    private static readonly byte[] Pattern = MakePattern();

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var live = TcpConnection.Of(connection);
        var discarding = DiscardAsync(live, connection.Transport.Input);
        try
        {
            while (!live.IsAskedToEnd && await live.SendAsync(Pattern))
            {
                // Until the client takes no more.
            }
        }
        finally
        {
            connection.Transport.Input.CancelPendingRead();
            await discarding;
        }
    }

    private static async Task DiscardAsync(TcpConnection live, PipeReader input)
    {
        try
        {
            while (true)
            {
                var result = await input.ReadAsync();
                live.Received(result.Buffer.Length);
                input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted || result.IsCanceled)
                {
                    return;
                }
            }
        }
        catch (ConnectionResetException)
        {
            live.TryEnd(CloseReason.ClientReset);
        }
    }

    private static byte[] MakePattern()
    {
        var pattern = new byte[LinesAtOnce * (LineLength + 2)];
        for (var line = 0; line < LinesAtOnce; line++)
        {
            var at = line * (LineLength + 2);
            for (var column = 0; column < LineLength; column++)
            {
                pattern[at + column] = (byte)(' ' + ((line + column) % Printable));
            }

            "\r\n"u8.CopyTo(pattern.AsSpan(at + LineLength));
        }

        return pattern;
    }
}
