using Microsoft.AspNetCore.Connections;

namespace EchoService.Tcp;

/// <summary>The innermost middleware: the handshake is over, and the deadlines of a served connection hold.</summary>
internal sealed class ConnectionService(ConnectionDelegate next)
{
    public Task OnConnectionAsync(ConnectionContext context)
    {
        TcpConnection.Of(context).Enter(ConnectionPhase.Serving);
        return next(context);
    }
}
