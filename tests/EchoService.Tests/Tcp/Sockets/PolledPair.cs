using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using EchoService.Sockets;
using EchoService.Tcp.Sockets;
using Microsoft.AspNetCore.Connections;

namespace EchoService.Tests.Tcp.Sockets;

/// <summary>A connection of the epoll transport, and the client at its other end.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PolledPair : IAsyncDisposable
{
    private readonly SocketPollers _pollers;

    private PolledPair(SocketPollers pollers, TcpPeer client, ConnectionContext connection) =>
        (_pollers, Client, Connection) = (pollers, client, connection);

    public TcpPeer Client { get; }

    public ConnectionContext Connection { get; }

    public static async Task<PolledPair> ConnectAsync(bool runsInline = true)
    {
        var pollers = new SocketPollers("tests");
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        await using var listener = new PolledListener(socket, pollers, runsInline, TimeProvider.System);
        var client = await TcpPeer.ConnectAsync(((IPEndPoint)listener.EndPoint).Port);
        return new(pollers, client, await listener.AcceptAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("Nobody was accepted."));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Connection.DisposeAsync();
        _pollers.Dispose();
    }
}
