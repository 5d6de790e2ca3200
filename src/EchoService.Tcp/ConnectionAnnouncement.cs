using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp;

/// <summary>Logs the connection, once its client is known.</summary>
internal sealed class ConnectionAnnouncement(ConnectionDelegate next, Channel channel, ILogger logger)
{
    public Task OnConnectionAsync(ConnectionContext context)
    {
        logger.ConnectionFrom(TcpConnection.Text(context.RemoteEndPoint), channel.Name);
        return next(context);
    }
}
