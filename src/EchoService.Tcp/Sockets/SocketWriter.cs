using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.Versioning;

namespace EchoService.Tcp.Sockets;

/// <summary>
/// The output of a connection. A flush sends on the caller's thread, and ends when the socket has taken all: only so can a FIN follow
/// the last reply. Nothing is held between flushes.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class SocketWriter : PipeWriter
{
    /// <summary>As much as a handler writes before a flush (<see cref="Kinds.EchoReplies"/>), and what stands before it.</summary>
    private const int Block = 64 << 10;

    /// <summary>Bytes after which a handler that finds the socket always ready lets others have the thread.</summary>
    private const int Turn = 1 << 20;

    private readonly PolledSocket _socket;
    private readonly PendingOperation<FlushResult> _pending;
    private byte[] _buffer = [];
    private int _begin;
    private int _end;

    /// <summary>The caller's own bytes, while it waits for them to be sent.</summary>
    private ReadOnlyMemory<byte> _direct;
    private int _turn;
    private bool _isCancelled;

    /// <param name="runsInline">The handler goes on where its bytes are sent.</param>
    public SocketWriter(PolledSocket socket, bool runsInline)
    {
        _socket = socket;
        _pending = new PendingOperation<FlushResult>(socket, runsInline, Keep);
    }

    /// <summary>With the socket's gate: a flush is pending.</summary>
    public bool IsWaiting => _pending.IsWaiting;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(Math.Max(1, sizeHint));
        return _buffer.AsMemory(_end);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(Math.Max(1, sizeHint));
        return _buffer.AsSpan(_end);
    }

    public override void Advance(int bytes) => _end += bytes;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => SendAsync(default, cancellationToken);

    /// <summary>Sent from where it is, unless something was written before it.</summary>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (_begin == _end)
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
            if (!IsWaiting)
            {
                _isCancelled = true;
                return;
            }

            _pending.End(new(isCanceled: true, isCompleted: false), null);
        }

        ResumeElsewhere();
    }

    public override void Complete(Exception? exception = null)
    {
        // The connection closes the socket, and gives the buffer back.
    }

    /// <summary>With the gate. True: all is sent, or nothing ever will be, and <see cref="Resume()"/> is to be called without it.</summary>
    public bool TryGoOn()
    {
        if (!IsWaiting || !TrySend())
        {
            return false;
        }

        _turn = 0;
        _pending.End(new(isCanceled: false, _socket.Failure is not null), null);
        return true;
    }

    /// <summary>Lets the handler go on.</summary>
    public void Resume() => _pending.Resume();

    /// <summary>The same from a thread that has other things to do.</summary>
    public void ResumeElsewhere() => _pending.ResumeElsewhere();

    /// <summary>All is sent, or nobody wants it.</summary>
    public void Release()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        (_buffer, _begin, _end) = ([], 0, 0);
    }

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

            _pending.Begin(cancellationToken);
            return !_socket.Ask(EpollEvents.Writable) && TryGoOn() ? _pending.Ended : _pending.Task;
        }
    }

    /// <summary>False: the socket takes no more now.</summary>
    private bool TrySend()
    {
        while (_begin < _end)
        {
            if (!TrySend(_buffer.AsSpan(_begin.._end), out var bytes))
            {
                return false;
            }

            _begin += bytes;
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
        if (_buffer.Length - _end >= bytes)
        {
            return;
        }

        var rest = _end - _begin;
        var to = ArrayPool<byte>.Shared.Rent(Math.Max(Block, rest == 0 ? bytes : Math.Max(2 * rest, rest + bytes)));
        _buffer.AsSpan(_begin.._end).CopyTo(to);
        Release();
        (_buffer, _end) = (to, rest);
    }
}
