using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.Versioning;

namespace EchoService.Tcp.Sockets;

/// <summary>
/// The input of a connection, received when the handler asks for it and straight into what it is shown. An idle connection holds no
/// buffer; what a handler leaves of a message is kept in one of its size.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class SocketReader : PipeReader
{
    /// <summary>What is received at once, at most.</summary>
    private const int Block = 64 << 10;

    private readonly PolledSocket _socket;
    private readonly PendingOperation<ReadResult> _pending;
    private byte[] _buffer = [];
    private int _begin;
    private int _end;

    /// <summary>The handler has seen all there is, and wants more.</summary>
    private bool _isExamined = true;
    private bool _hasEnded;
    private bool _isCancelled;

    /// <param name="runsInline">The handler goes on where its bytes are received.</param>
    public SocketReader(PolledSocket socket, bool runsInline)
    {
        _socket = socket;
        _pending = new PendingOperation<ReadResult>(socket, runsInline);
    }

    /// <summary>With the socket's gate: a read is pending.</summary>
    public bool IsWaiting => _pending.IsWaiting;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        }

        lock (_socket.Gate)
        {
            if (TryTake(out var result))
            {
                return new(result);
            }

            if (_socket.Failure is { } failure)
            {
                return ValueTask.FromException<ReadResult>(failure);
            }

            Tighten();
            _pending.Begin(cancellationToken);
            return !_socket.Ask(EpollEvents.Readable) && TryGoOn() ? _pending.Ended : _pending.Task;
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        lock (_socket.Gate)
        {
            return TryTake(out result);
        }
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        lock (_socket.Gate)
        {
            if (!ReferenceEquals(consumed.GetObject(), _buffer))
            {
                return;
            }

            _begin = consumed.GetInteger();
            _isExamined = examined.GetInteger() == _end;
            if (_begin == _end)
            {
                Release();
            }
        }
    }

    public override void CancelPendingRead()
    {
        lock (_socket.Gate)
        {
            if (!IsWaiting)
            {
                _isCancelled = true;
                return;
            }

            _pending.End(Shown(isCanceled: true), null);
        }

        ResumeElsewhere();
    }

    public override void Complete(Exception? exception = null)
    {
        // The connection gives the buffer back at its end.
    }

    /// <summary>With the gate. True: what was waited for is there, and <see cref="Resume()"/> is to be called without it.</summary>
    public bool TryGoOn()
    {
        if (!IsWaiting)
        {
            return false;
        }

        MakeRoom();
        if (!_socket.TryReceive(_buffer.AsSpan(_end), out var bytes))
        {
            Tighten();
            return false;
        }

        _end += bytes;
        _isExamined = bytes == 0;
        _hasEnded = bytes == 0 && _socket.Failure is null;
        _pending.End(Shown(isCanceled: false), bytes == 0 ? _socket.Failure : null);
        return true;
    }

    /// <summary>Lets the handler go on.</summary>
    public void Resume() => _pending.Resume();

    /// <summary>The same from a thread that has other things to do.</summary>
    public void ResumeElsewhere() => _pending.ResumeElsewhere();

    /// <summary>The connection has ended: nobody looks at the buffer any more.</summary>
    public void Release()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        (_buffer, _begin, _end, _isExamined) = ([], 0, 0, true);
    }

    private bool TryTake(out ReadResult result)
    {
        var takes = _isCancelled || _hasEnded || !_isExamined;
        result = takes ? Shown(_isCancelled) : default;
        _isCancelled = false;
        return takes;
    }

    private ReadResult Shown(bool isCanceled) => new(new(_buffer, _begin, _end - _begin), isCanceled, _hasEnded);

    private void MakeRoom()
    {
        if (_buffer.Length < Block || _end == _buffer.Length)
        {
            Move(Math.Max(Block, 2 * (_end - _begin)));
        }
    }

    /// <summary>What is here may be all that comes for long. A large rest stays where it is, so that a slow client costs no copies.</summary>
    private void Tighten()
    {
        if (_begin == _end)
        {
            Release();
        }
        else if (4 * (_end - _begin) <= _buffer.Length)
        {
            Move(_end - _begin);
        }
    }

    private void Move(int size)
    {
        var to = ArrayPool<byte>.Shared.Rent(size);
        var rest = _buffer.AsSpan(_begin.._end);
        var (length, isExamined) = (rest.Length, _isExamined);
        rest.CopyTo(to);
        Release();
        (_buffer, _end, _isExamined) = (to, length, isExamined);
    }
}
