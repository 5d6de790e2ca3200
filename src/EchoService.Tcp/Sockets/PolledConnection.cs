using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace EchoService.Tcp.Sockets;

/// <summary>A connection whose transport is the socket itself: no pipe between, no loop of its own.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PolledConnection : ConnectionContext, IConnectionSocketFeature
{
    private static long s_last;

    private readonly ChannelSocket _socket;
    private readonly CancellationTokenSource _closed = new();
    private readonly long _number = Interlocked.Increment(ref s_last);
    private string? _id;

    public PolledConnection(ChannelSocket socket)
    {
        _socket = socket;
        Transport = new DuplexPipe(socket.Input, socket.Output);
        LocalEndPoint = socket.Socket.LocalEndPoint;
        RemoteEndPoint = socket.Socket.RemoteEndPoint;
        ConnectionClosed = _closed.Token;
        Features.Set<IConnectionSocketFeature>(this);
    }

    public Socket Socket => _socket.Socket;

    public override string ConnectionId
    {
        get => _id ??= string.Create(CultureInfo.InvariantCulture, $"tcp-{_number}");
        set => _id = value;
    }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    public override IDuplexPipe Transport { get; set; }

    public override void Abort(ConnectionAbortedException abortReason) => _socket.Abort(abortReason);

    /// <summary>The handler has returned: what it has sent goes out, and a FIN after it.</summary>
    public override async ValueTask DisposeAsync()
    {
        _socket.Close(new ConnectionAbortedException());
        _socket.Input.Release();
        _socket.Output.Release();
        await _closed.CancelAsync();
        _closed.Dispose();
        await base.DisposeAsync();
    }
}
