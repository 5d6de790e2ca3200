using System.Net;
using Microsoft.AspNetCore.Connections;

namespace EchoService.Tcp.Faults;

/// <summary>Numbers connections where they are accepted: a moment later they run side by side, and their order is lost.</summary>
internal sealed class FaultListener(IConnectionListener inner, ChannelFaults faults) : IConnectionListener
{
    public EndPoint EndPoint => inner.EndPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        var connection = await inner.AcceptAsync(cancellationToken);
        if (connection is not null && faults.Accept() is { } ticket)
        {
            connection.Features.Set(ticket);
        }

        return connection;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
