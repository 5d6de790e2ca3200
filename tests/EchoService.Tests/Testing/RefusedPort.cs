using System.Net;
using System.Net.Sockets;

namespace EchoService.Tests.Testing;

/// <summary>A loopback port that is ours and refuses every connection: bound, never listening.</summary>
public sealed class RefusedPort : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public RefusedPort() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public int Number => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public Uri Url(string path = "/") => new($"http://127.0.0.1:{Number}{path}");

    public void Dispose() => _socket.Dispose();
}
