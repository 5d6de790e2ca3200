using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;

namespace EchoService.Tcp;

/// <summary>
/// Closes without losing the last reply: a socket that is closed while bytes arrive sends a reset, and a reset overtakes what was
/// sent before it. So: our FIN, then read and throw away for a bounded time and number of bytes, then close (RFC 9112, 9.6).
/// </summary>
internal static class LingeringClose
{
    public static async Task CloseAsync(TcpConnection connection)
    {
        var reason = connection.Reason ?? CloseReason.Error;
        if (reason is CloseReason.WriteStalled or CloseReason.HandshakeTimeout or CloseReason.Aborted or CloseReason.Error
            || (reason.IsByRule() && connection.Channel.Options.Close.With == CloseWith.Reset))
        {
            connection.Context.Abort();
            return;
        }

        if (reason.IsAbrupt())
        {
            return;
        }

        var socket = connection.Context.Features.Get<IConnectionSocketFeature>()?.Socket;
        if (socket is null)
        {
            return;
        }

        connection.Enter(ConnectionPhase.Lingering);
        await DrainAsync(connection, socket);
    }

    private static async Task DrainAsync(TcpConnection connection, Socket socket)
    {
        try
        {
            // What a handler left unsent goes before the FIN; the transport flushes only what the socket has taken.
            var flushed = await connection.Context.Transport.Output.FlushAsync();
            if (flushed.IsCanceled)
            {
                connection.Context.Abort();
            }
            else if (!flushed.IsCompleted)
            {
                socket.Shutdown(SocketShutdown.Send);
                await ReadOutAsync(connection);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // The client is gone: nothing is left to protect.
        }
    }

    private static async Task ReadOutAsync(TcpConnection connection)
    {
        var input = connection.Context.Transport.Input;
        var left = connection.Channel.Linger > TimeSpan.Zero ? connection.Channel.LingerBytes : 0;
        while (left > 0)
        {
            var result = await input.ReadAsync();
            left -= result.Buffer.Length;
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted || connection.Deadlines.LingerIsOver)
            {
                return;
            }
        }
    }
}
