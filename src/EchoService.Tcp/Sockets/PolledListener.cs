using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using EchoService.Sockets;
using Microsoft.AspNetCore.Connections;

namespace EchoService.Tcp.Sockets;

/// <summary>Accepts connections, and gives each to one of the pollers.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PolledListener : IConnectionListener
{
    /// <summary>Without a free descriptor every accept fails at once, until a connection has ended.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly SocketPollers _pollers;
    private readonly bool _runsInline;
    private readonly TimeProvider _time;

    /// <param name="socket">It listens.</param>
    /// <param name="runsInline">The channel's handler never works long: it may hold up the poller's other connections.</param>
    public PolledListener(Socket socket, SocketPollers pollers, bool runsInline, TimeProvider time)
    {
        (_socket, _pollers, _runsInline, _time) = (socket, pollers, runsInline, time);
        EndPoint = socket.LocalEndPoint!;
    }

    public EndPoint EndPoint { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                return Connection(await _socket.AcceptAsync(cancellationToken));
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                await Task.Delay(Pause, _time, cancellationToken);
            }
            catch (SocketException exception) when (exception.SocketErrorCode != SocketError.OperationAborted)
            {
                // That client has gone already.
            }
            catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
            {
                return null; // no longer listening
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => DisposeAsync();

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private PolledConnection Connection(Socket accepted)
    {
        try
        {
            accepted.NoDelay = true;
            return new(new ChannelSocket(accepted, _pollers.Next(), _runsInline));
        }
        catch
        {
            accepted.Dispose();
            throw;
        }
    }
}
