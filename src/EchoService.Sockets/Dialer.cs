using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace EchoService.Sockets;

/// <summary>Makes connections: by epoll on Linux, elsewhere .NET's own.</summary>
/// <param name="name">Of the threads that wait for them, at most 13 characters. They begin with the first connection.</param>
internal sealed class Dialer(string name) : IDisposable
{
    private readonly Lock _gate = new();
    private SocketPollers? _pollers;

    /// <exception cref="SocketException">There is no connection to be had.</exception>
    public Task<Stream> DialAsync(IPEndPoint to, CancellationToken cancellationToken) =>
        OperatingSystem.IsLinux() ? PolledStream.ConnectAsync(to, NextPoller(), cancellationToken) : ConnectAsync(to, cancellationToken);

    /// <summary>When nobody waits for a connection any more.</summary>
    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
        {
            _pollers?.Dispose();
        }
    }

    private static async Task<Stream> ConnectAsync(IPEndPoint to, CancellationToken cancellationToken)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(to, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [SupportedOSPlatform("linux")]
    private SocketPoller NextPoller()
    {
        lock (_gate)
        {
            return (_pollers ??= new(name)).Next();
        }
    }
}
