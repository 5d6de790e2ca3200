using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace EchoService.Tcp;

/// <summary>Every channel over WebSocket: the same pipeline and the same handler, without PROXY and TLS, which are HTTP's business here.</summary>
internal sealed class WebSocketChannels(ChannelTable channels, ChannelPipeline pipeline, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private readonly Dictionary<Channel, ConnectionDelegate> _pipelines = channels.All.ToDictionary(channel => channel, pipeline.BuildForWebSocket);

    public async Task ServeAsync(HttpContext http, Channel channel)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var output = new WebSocketOutput(socket, ChannelKinds.SendsText(channel.Options.Kind) ? WebSocketMessageType.Text : WebSocketMessageType.Binary);
        using var input = new WebSocketInput(socket, output);
        await using var connection = new WebSocketConnection(http, new DuplexPipe(input, output), lifetime.ApplicationStopping);
        var receiving = input.ReceiveAsync(http.RequestAborted);
        await _pipelines[channel](connection);
        await output.EndMessageAsync();
        await input.CompleteAsync();
        await CloseAsync(socket, TcpConnection.Of(connection).Reason);
        await AwaitCloseAsync(http, channel, receiving);
    }

    private static async Task CloseAsync(WebSocket socket, CloseReason? reason)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        try
        {
            await socket.CloseOutputAsync(StatusOf(reason), reason?.Name(), CancellationToken.None);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            // The client is gone.
        }
    }

    /// <summary>RFC 6455, 7.4.1.</summary>
    private static WebSocketCloseStatus StatusOf(CloseReason? reason) => reason switch
    {
        CloseReason.Shutdown => WebSocketCloseStatus.EndpointUnavailable,
        CloseReason.ConnectionLimit or CloseReason.AddressLimit or CloseReason.RateLimit => WebSocketCloseStatus.PolicyViolation,
        CloseReason.Error => WebSocketCloseStatus.InternalServerError,
        _ => WebSocketCloseStatus.NormalClosure,
    };

    /// <summary>The client's own close frame, for as long as a socket would linger.</summary>
    private async Task AwaitCloseAsync(HttpContext http, Channel channel, Task receiving)
    {
        try
        {
            await receiving.WaitAsync(channel.Linger, time);
        }
        catch (TimeoutException)
        {
            http.Abort();
            await receiving;
        }
    }
}
