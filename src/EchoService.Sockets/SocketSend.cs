using System.Runtime.Versioning;

namespace EchoService.Sockets;

/// <summary>Sends straight from the caller's memory; ends when the socket has taken all.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SocketSend : ISocketWait
{
    private readonly PolledSocket _socket;
    private readonly PendingOperation<bool> _pending;
    private ReadOnlyMemory<byte> _left;

    public SocketSend(PolledSocket socket)
    {
        _socket = socket;
        _pending = new(socket, runsInline: false, () => _left = default);
    }

    public PendingOperation Pending => _pending;

    /// <exception cref="InvalidOperationException">Another waits.</exception>
    public ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        lock (_socket.Gate)
        {
            _pending.ThrowIfUnderWay();
            _left = bytes;
            return !TrySend() ? WaitAsync(cancellationToken) : _socket.Failure is { } failure ? ValueTask.FromException<bool>(failure) : new(true);
        }
    }

    /// <summary>Ends when something could be sent, or never can be: a connection is made, or refused.</summary>
    public ValueTask<bool> CanSendAsync(CancellationToken cancellationToken)
    {
        lock (_socket.Gate)
        {
            return WaitAsync(cancellationToken);
        }
    }

    public bool TryGoOn()
    {
        if (!_pending.IsWaiting || !TrySend())
        {
            return false;
        }

        _pending.End(true, _socket.Failure);
        return true;
    }

    private ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _pending.WaitAsync(EpollEvents.Writable, this, cancellationToken);

    /// <summary>False: the socket takes no more now. True: all is sent, or nobody takes the rest any more.</summary>
    private bool TrySend()
    {
        while (!_left.IsEmpty && _socket.Failure is null)
        {
            if (!_socket.TrySend(_left.Span, out var bytes))
            {
                return false;
            }

            _left = _left[bytes..];
        }

        return true;
    }
}
