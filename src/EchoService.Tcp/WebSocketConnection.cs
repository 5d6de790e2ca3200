using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EchoService.Tcp;

/// <summary>
/// A WebSocket as a connection of a channel. <see cref="DefaultConnectionContext"/> would cancel on the pool, also after its end;
/// this one aborts the request.
/// </summary>
internal sealed class WebSocketConnection : ConnectionContext, IConnectionLifetimeNotificationFeature
{
    private readonly HttpContext _http;

    public WebSocketConnection(HttpContext http, IDuplexPipe transport, CancellationToken stopping)
    {
        _http = http;
        Transport = transport;
        ConnectionId = http.TraceIdentifier;
        ConnectionClosed = http.RequestAborted;
        ConnectionClosedRequested = stopping;
        RemoteEndPoint = http.Connection.RemoteIpAddress is { } remote ? new IPEndPoint(remote, http.Connection.RemotePort) : null;
        LocalEndPoint = http.Connection.LocalIpAddress is { } local ? new IPEndPoint(local, http.Connection.LocalPort) : null;
        Features.Set<IConnectionLifetimeNotificationFeature>(this);
    }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public CancellationToken ConnectionClosedRequested { get; set; }

    public void RequestClose() => TcpConnection.Of(this).Close(CloseReason.Shutdown);

    public override void Abort(ConnectionAbortedException abortReason) => _http.Abort();
}
