using Microsoft.AspNetCore.Connections;

namespace EchoService.Tcp;

/// <summary>Before anything is read: the rate of new connections, and their total.</summary>
internal sealed class AcceptGate(ConnectionDelegate next, ChannelGates gates)
{
    public async Task OnConnectionAsync(ConnectionContext context)
    {
        if (!gates.Rate.TryTake())
        {
            TcpConnection.Of(context).TryEnd(CloseReason.RateLimit);
            return;
        }

        var quotas = gates.Quotas;
        var taken = 0;
        try
        {
            while (taken < quotas.Length && quotas[taken].TryTake())
            {
                taken++;
            }

            if (taken < quotas.Length)
            {
                TcpConnection.Of(context).TryEnd(CloseReason.ConnectionLimit);
                return;
            }

            await next(context);
        }
        finally
        {
            Array.ForEach(quotas[..taken], quota => quota.Release());
        }
    }
}

/// <summary>Behind PROXY, so that the client is counted and not the balancer.</summary>
internal sealed class AddressGate(ConnectionDelegate next, ChannelGates gates)
{
    public async Task OnConnectionAsync(ConnectionContext context)
    {
        var client = context.RemoteEndPoint;
        if (!gates.Addresses.TryTake(client))
        {
            TcpConnection.Of(context).TryEnd(CloseReason.AddressLimit);
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            gates.Addresses.Release(client);
        }
    }
}
