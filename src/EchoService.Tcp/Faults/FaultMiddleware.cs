using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Faults;

/// <summary>Draws a connection's faults. One that none hits goes on as it is: no wrapper, no timer.</summary>
/// <param name="isNumbered">A <see cref="FaultListener"/> has numbered the connections.</param>
internal sealed class FaultMiddleware(ConnectionDelegate next, ChannelFaults faults, bool isNumbered, TimeProvider time, ILogger logger)
{
    public Task OnConnectionAsync(ConnectionContext context)
    {
        var ticket = isNumbered ? context.Features.Get<FaultTicket>() : faults.Accept();
        var hits = ticket?.Draw(context.RemoteEndPoint) ?? [];
        return hits.Length == 0 ? next(context) : ServeAsync(context, new(context, faults, ticket!, hits, logger));
    }

    private async Task ServeAsync(ConnectionContext context, ConnectionFaults hits)
    {
        using var connection = new FaultedConnection(context, hits, time);
        await connection.RunAsync(next);
    }
}
