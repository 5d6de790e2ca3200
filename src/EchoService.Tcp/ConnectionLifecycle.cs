using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp;

/// <summary>The outermost middleware: enters the connection into the list, turns whatever ends it into one reason, and closes it accordingly.</summary>
internal sealed class ConnectionLifecycle(
    ConnectionDelegate next,
    Channel channel,
    LiveConnections connections,
    TcpMetrics metrics,
    ILogger logger)
{
    public async Task OnConnectionAsync(ConnectionContext context)
    {
        var connection = connections.Open(channel, context);
        var requested = context.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        await using var shutdown = requested.UnsafeRegister(static state => ((TcpConnection)state!).Close(CloseReason.Shutdown), connection);
        if (await RunAsync(connection))
        {
            await LingeringClose.CloseAsync(connection);
        }

        End(connection);
    }

    /// <summary>False: the transport is broken or in use by a handler that threw.</summary>
    private async Task<bool> RunAsync(TcpConnection connection)
    {
        try
        {
            await next(connection.Context);
            connection.TryEnd(CloseReason.Finished);
            return true;
        }
        catch (ConnectionResetException)
        {
            connection.TryEnd(CloseReason.ClientReset);
        }
        catch (Exception exception) when (connection.HasEnded || exception is ConnectionAbortedException or OperationCanceledException)
        {
            connection.TryEnd(CloseReason.Error);
            logger.EndedBadly(connection.Client, connection.Channel.Name, exception);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            connection.TryEnd(CloseReason.ClientReset);
            logger.EndedBadly(connection.Client, connection.Channel.Name, exception);
        }
        catch (Exception exception)
        {
            connection.TryEnd(CloseReason.Error);
            logger.Failed(connection.Client, connection.Channel.Name, exception);
        }

        connection.Context.Abort();
        return false;
    }

    private void End(TcpConnection connection)
    {
        var reason = connection.Reason ?? CloseReason.Error;
        var took = connections.Close(connection, reason);
        metrics.Ended(connection.Channel, took);
        if (reason is CloseReason.ConnectionLimit or CloseReason.RateLimit or CloseReason.AddressLimit)
        {
            logger.Refused(connection.Client, connection.Channel.Name, reason.Name());
        }
        else
        {
            logger.Closed(reason.Name(), connection.Client, connection.Channel.Name, connection.BytesIn, connection.BytesOut);
        }
    }
}
