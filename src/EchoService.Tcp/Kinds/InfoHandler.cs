using System.Text.Json;
using System.Text.Json.Serialization;
using EchoService.Tcp.Proxy;
using EchoService.Tcp.Tls;
using Microsoft.AspNetCore.Connections;

namespace EchoService.Tcp.Kinds;

/// <summary>Sends one JSON line about the connection, and closes.</summary>
internal sealed class InfoHandler(TimeProvider time) : ConnectionHandler
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var live = TcpConnection.Of(connection);
        var header = connection.Features.Get<ProxyHeader>();
        var facts = new
        {
            peer = live.Client,
            local = TcpConnection.Text(header?.Destination ?? connection.LocalEndPoint),
            proxy = header is null ? null : ProxyInfo.Of(header),
            tls = connection.Features.Get<TlsFacts>(),
            channel = live.Channel.Name,
            host = Environment.MachineName,
            time = time.GetUtcNow().UtcDateTime,
        };
        await live.SendAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(facts, Form), (byte)'\n']);
    }
}
