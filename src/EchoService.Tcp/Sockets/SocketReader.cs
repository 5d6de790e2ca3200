using System.IO.Pipelines;
using System.Runtime.Versioning;
using EchoService.Sockets;

namespace EchoService.Tcp.Sockets;

/// <summary>
/// The input of a connection, received when the handler asks for it and straight into what it is shown. An idle connection holds no
/// buffer; what a handler leaves of a message is kept in one of its size.
/// </summary>
/// <param name="runsInline">The handler goes on where its bytes are received.</param>
[SupportedOSPlatform("linux")]
internal sealed class SocketReader(PolledSocket socket, bool runsInline) : PipeReader, ISocketWait
{
    /// <summary>What is received at once, at most.</summary>
    private const int Block = 64 << 10;

    private readonly PendingOperation<ReadResult> _pending = new(socket, runsInline);
    private RentedBytes _held = new();

    /// <summary>The handler has seen all there is, and wants more.</summary>
    private bool _isExamined = true;
    private bool _hasEnded;
    private bool _isCancelled;

    public PendingOperation Pending => _pending;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        }

        lock (socket.Gate)
        {
            if (TryTake(out var result))
            {
                return new(result);
            }

            if (socket.Failure is { } failure)
            {
                return ValueTask.FromException<ReadResult>(failure);
            }

            Tighten();
            return _pending.WaitAsync(EpollEvents.Readable, this, cancellationToken);
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        lock (socket.Gate)
        {
            return TryTake(out result);
        }
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <summary>Without the gate: until the next read, what is held is the handler's alone.</summary>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!ReferenceEquals(consumed.GetObject(), _held.Array))
        {
            return;
        }

        _held.Begin = consumed.GetInteger();
        _isExamined = examined.GetInteger() == _held.End;
        if (_held.Length == 0)
        {
            Release();
        }
    }

    public override void CancelPendingRead()
    {
        lock (socket.Gate)
        {
            if (!_pending.IsWaiting)
            {
                _isCancelled = true;
                return;
            }

            _pending.End(Shown(isCanceled: true), null);
        }

        _pending.ResumeElsewhere();
    }

    public override void Complete(Exception? exception = null)
    {
        // The connection gives the buffer back at its end.
    }

    public bool TryGoOn()
    {
        if (!_pending.IsWaiting)
        {
            return false;
        }

        MakeRoom();
        if (!socket.TryReceive(_held.Array.AsSpan(_held.End), out var bytes))
        {
            Tighten();
            return false;
        }

        _held.End += bytes;
        _isExamined = bytes == 0;
        _hasEnded = bytes == 0 && socket.Failure is null;
        _pending.End(Shown(isCanceled: false), bytes == 0 ? socket.Failure : null);
        return true;
    }

    /// <summary>The handler looks at nothing any more.</summary>
    public void Release() => _held.Release();

    private bool TryTake(out ReadResult result)
    {
        var takes = _isCancelled || _hasEnded || !_isExamined;
        result = takes ? Shown(_isCancelled) : default;
        _isCancelled = false;
        return takes;
    }

    private ReadResult Shown(bool isCanceled) => new(new(_held.Array, _held.Begin, _held.Length), isCanceled, _hasEnded);

    private void MakeRoom()
    {
        if (_held.Array.Length < Block || _held.End == _held.Array.Length)
        {
            _held.Move(Math.Max(Block, 2 * _held.Length));
        }
    }

    /// <summary>What is here may be all that comes for long. A large rest stays where it is, so that a slow client costs no copies.</summary>
    private void Tighten()
    {
        if (_held.Length == 0)
        {
            Release();
        }
        else if (4 * _held.Length <= _held.Array.Length)
        {
            _held.Move(_held.Length);
        }
    }
}
