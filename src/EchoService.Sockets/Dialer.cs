using System.ComponentModel;
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
    private bool _isDisposed;

    /// <exception cref="SocketException">There is no connection to be had.</exception>
    public async Task<Stream> DialAsync(IPEndPoint to, CancellationToken cancellationToken)
    {
        try
        {
            return OperatingSystem.IsLinux() ? await PolledStream.ConnectAsync(to, NextPoller(), cancellationToken) : await ConnectAsync(to, cancellationToken);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or Win32Exception and not SocketException)
        {
            throw new SocketException((int)SocketError.NoBufferSpaceAvailable, exception.Message);
        }
    }

    /// <summary>Ends its connections too.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            if (OperatingSystem.IsLinux())
            {
                _pollers?.Dispose();
            }
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
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return (_pollers ??= new(name)).Next();
        }
    }
}
