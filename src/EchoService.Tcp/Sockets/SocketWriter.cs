using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.Versioning;
using EchoService.Sockets;

namespace EchoService.Tcp.Sockets;

/// <summary>
/// The output of a connection. A flush sends on the caller's thread, and ends when the socket has taken all: only so can a FIN follow
/// the last reply. Nothing is held between flushes.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class SocketWriter : PipeWriter, ISocketWait
{
    /// <summary>As much as a handler writes before a flush (<see cref="Kinds.EchoReplies"/>), and what stands before it.</summary>
    private const int Block = 64 << 10;

    /// <summary>Bytes after which a handler that finds the socket always ready lets others have the thread.</summary>
    private const int Turn = 1 << 20;

    private readonly PolledSocket _socket;
    private readonly PendingOperation<FlushResult> _pending;
    private RentedBytes _held = new();

    /// <summary>The caller's own bytes, while it waits for them to be sent.</summary>
    private ReadOnlyMemory<byte> _direct;
    private int _turn;
    private bool _isCancelled;

    /// <param name="runsInline">The handler goes on where its bytes are sent.</param>
    public SocketWriter(PolledSocket socket, bool runsInline)
    {
        _socket = socket;
        _pending = new(socket, runsInline, Keep);
    }

    public PendingOperation Pending => _pending;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(Math.Max(1, sizeHint));
        return _held.Array.AsMemory(_held.End);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(Math.Max(1, sizeHint));
        return _held.Array.AsSpan(_held.End);
    }

    public override void Advance(int bytes) => _held.End += bytes;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => SendAsync(default, cancellationToken);

    /// <summary>Sent from where it is, unless something was written before it.</summary>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (_held.Length == 0 || source.IsEmpty)
        {
            return SendAsync(source, cancellationToken);
        }

        this.Write(source.Span);
        return FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush()
    {
        lock (_socket.Gate)
        {
            if (!_pending.IsWaiting)
            {
                _isCancelled = true;
                return;
            }

            _pending.End(new(isCanceled: true, isCompleted: false), null);
        }

        _pending.ResumeElsewhere();
    }

    public override void Complete(Exception? exception = null)
    {
        // The connection closes the socket, and gives the buffer back.
    }

    /// <summary>True: all is sent, or nothing ever will be.</summary>
    public bool TryGoOn()
    {
        if (!_pending.IsWaiting || !TrySend())
        {
            return false;
        }

        _turn = 0;
        _pending.End(new(isCanceled: false, _socket.Failure is not null), null);
        return true;
    }

    /// <summary>All is sent, or nobody wants it.</summary>
    public void Release() => _held.Release();

    private ValueTask<FlushResult> SendAsync(ReadOnlyMemory<byte> direct, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        lock (_socket.Gate)
        {
            _direct = direct;
            if (_isCancelled)
            {
                _isCancelled = false;
                Keep();
                return new(new FlushResult(isCanceled: true, isCompleted: false));
            }

            if (TrySend() && (_turn < Turn || _socket.Failure is not null))
            {
                return new(new FlushResult(isCanceled: false, _socket.Failure is not null));
            }

            return _pending.WaitAsync(EpollEvents.Writable, this, cancellationToken);
        }
    }

    /// <summary>False: the socket takes no more now.</summary>
    private bool TrySend()
    {
        while (_held.Length > 0)
        {
            if (!TrySend(_held.Bytes, out var bytes))
            {
                return false;
            }

            _held.Begin += bytes;
        }

        Release();
        while (!_direct.IsEmpty)
        {
            if (!TrySend(_direct.Span, out var bytes))
            {
                return false;
            }

            _direct = _direct[bytes..];
        }

        return true;
    }

    private bool TrySend(ReadOnlySpan<byte> from, out int bytes)
    {
        if (!_socket.TrySend(from, out bytes))
        {
            return false;
        }

        // Nobody takes the rest any more.
        bytes = _socket.Failure is null ? bytes : from.Length;
        _turn += bytes;
        return true;
    }

    /// <summary>The caller has its memory back: what is not sent of it waits for the next flush.</summary>
    private void Keep()
    {
        if (!_direct.IsEmpty)
        {
            this.Write(_direct.Span);
            _direct = default;
        }
    }

    private void MakeRoom(int bytes)
    {
        if (_held.Array.Length - _held.End < bytes)
        {
            _held.Move(Math.Max(Block, Math.Max(2 * _held.Length, _held.Length + bytes)));
        }
    }
}
