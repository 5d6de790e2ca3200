using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Kinds;

/// <summary>Receives only (RFC 863), and tells at the end what it received.</summary>
internal sealed class DiscardHandler(ILogger<DiscardHandler> logger) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var live = TcpConnection.Of(connection);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            await ReceiveAsync(connection, live, hash);
        }
        finally
        {
            logger.Discarded(live.BytesIn, live.Client, live.Channel.Name, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
    }

    private async Task ReceiveAsync(ConnectionContext connection, TcpConnection live, IncrementalHash hash)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var result = await input.ReadAsync();
            live.Received(result.Buffer.Length);
            if (!result.Buffer.IsEmpty)
            {
                logger.DataReceived(new(result.Buffer));
            }

            foreach (var segment in result.Buffer)
            {
                hash.AppendData(segment.Span);
            }

            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted || result.IsCanceled)
            {
                live.TryEnd(CloseReason.ClientClosed);
                return;
            }
        }
    }
}
