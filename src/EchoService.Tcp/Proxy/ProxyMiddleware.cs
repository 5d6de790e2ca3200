using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Proxy;

/// <summary>
/// Takes the PROXY header from the begin of a connection whose peer is trusted, and gives the connection the client's
/// address; the header is then a feature. Nothing is guessed from another peer. The handshake deadline is not kept here.
/// </summary>
internal sealed class ProxyMiddleware(ConnectionDelegate next, Channel channel, TimeProvider time, ILogger logger)
{
    private readonly TrustedNetworks _trusted = new(channel.Options.TrustedProxies);
    private readonly bool _required = channel.Options.ProxyProtocol == ProxyProtocol.Required;

    public async Task OnConnectionAsync(ConnectionContext context)
    {
        var connection = TcpConnection.Of(context);
        if (!_trusted.Contains(context.RemoteEndPoint))
        {
            if (_required)
            {
                connection.TryEnd(CloseReason.ProxyHeader);
                logger.PeerNotTrusted(connection.Client, channel.Name);
                return;
            }

            await next(context);
            return;
        }

        var reading = await new ProxyHeaderReading(connection, time).ReadAsync();
        switch (reading)
        {
            case { Header: { } header }:
                Accept(connection, header);
                await next(context);
                break;
            case { IsData: true }:
                await next(context);
                break;
            case { Error: not ProxyHeaderError.None }:
                connection.TryEnd(CloseReason.ProxyHeader);
                logger.HeaderRefused(connection.Client, channel.Name, reading.Error);
                break;
            default:
                connection.TryEnd(CloseReason.ClientClosed);
                break;
        }
    }

    private void Accept(TcpConnection connection, ProxyHeader header)
    {
        var peer = connection.Client;
        var context = connection.Context;
        context.Features.Set(header);
        if (header.Source is { } source)
        {
            // The local address stays: Kestrel labels its metrics by it, and what a client may choose has no place there.
            context.RemoteEndPoint = new IPEndPoint(TrustedNetworks.Plain(source.Address), source.Port);
        }

        logger.HeaderAccepted(header.Version, peer, channel.Name, header.Command, connection.Client);
    }
}
