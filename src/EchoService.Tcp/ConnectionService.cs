using Microsoft.AspNetCore.Connections;

namespace EchoService.Tcp;

/// <summary>The handshake is over: the deadlines of a served connection hold, and the rules that close it without the handler's help.</summary>
internal sealed class ConnectionService(ConnectionDelegate next, Channel channel)
{
    public Task OnConnectionAsync(ConnectionContext context)
    {
        var connection = TcpConnection.Of(context);
        connection.Enter(ConnectionPhase.Serving);
        switch (channel.Options.Close.After)
        {
            case CloseAfter.Accept:
                connection.TryEnd(CloseReason.Accepted);
                return Task.CompletedTask;
            case CloseAfter.Bytes:
                return ServeBytesAsync(connection, channel.Options.Close.Count);
            default:
                return next(context);
        }
    }

    /// <summary>The handler sees the end of its input after so many bytes, and ends as if the client had closed.</summary>
    private async Task ServeBytesAsync(TcpConnection connection, long count)
    {
        var transport = connection.Context.Transport;
        var input = new BoundedInput(transport.Input, count, () => connection.TryEnd(CloseReason.BytesReached));
        connection.Context.Transport = new DuplexPipe(input, transport.Output);
        try
        {
            await next(connection.Context);
        }
        finally
        {
            connection.Context.Transport = transport;
        }
    }
}
