using System.Text.Json;
using Microsoft.AspNetCore.Connections;

namespace EchoService.Tcp.Kinds;

/// <summary>Sends one JSON line about the connection, and closes.</summary>
internal sealed class InfoHandler(TimeProvider time) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var live = TcpConnection.Of(connection);
        var facts = new
        {
            peer = live.Client,
            local = TcpConnection.Text(connection.LocalEndPoint),
            channel = live.Channel.Name,
            host = Environment.MachineName,
            time = time.GetUtcNow().UtcDateTime,
        };
        await live.SendAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(facts), (byte)'\n']);
    }
}
