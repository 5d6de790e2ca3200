using System.Runtime.Versioning;

namespace EchoService.Sockets;

/// <summary>Receives straight into the caller's memory, in one system call where something is there.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SocketReceive : ISocketWait
{
    private readonly PolledSocket _socket;
    private readonly PendingOperation<int> _pending;
    private Memory<byte> _into;

    public SocketReceive(PolledSocket socket)
    {
        _socket = socket;
        _pending = new(socket, runsInline: false, () => _into = default);
    }

    public PendingOperation Pending => _pending;

    /// <summary>The number of bytes; 0: the peer's FIN, or room for none.</summary>
    /// <exception cref="InvalidOperationException">Another waits.</exception>
    public ValueTask<int> ReceiveAsync(Memory<byte> into, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        lock (_socket.Gate)
        {
            _pending.ThrowIfUnderWay();
            if (_socket.TryReceive(into.Span, out var bytes))
            {
                return bytes == 0 && _socket.Failure is { } failure ? ValueTask.FromException<int>(failure) : new(bytes);
            }

            _into = into;
            return _pending.WaitAsync(EpollEvents.Readable, this, cancellationToken);
        }
    }

    public bool TryGoOn()
    {
        if (!_pending.IsWaiting || !_socket.TryReceive(_into.Span, out var bytes))
        {
            return false;
        }

        _pending.End(bytes, bytes == 0 ? _socket.Failure : null);
        return true;
    }
}
