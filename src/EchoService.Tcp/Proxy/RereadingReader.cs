using System.IO.Pipelines;

namespace EchoService.Tcp.Proxy;

/// <summary>
/// Gives out once more what is in a pipe although it was examined before; from then on it is the pipe's own reader. A cancelled
/// read of a pipe answers at once with all there is.
/// </summary>
internal sealed class RereadingReader(PipeReader inner) : PipeReader
{
    private bool _rereads = true;
    private SequencePosition _end;
    private volatile bool _cancelled;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (!_rereads)
        {
            return await inner.ReadAsync(cancellationToken);
        }

        inner.CancelPendingRead();
        var result = Shown(await inner.ReadAsync(cancellationToken));
        return result.Buffer.IsEmpty && !result.IsCanceled && !result.IsCompleted ? await ReadOnAsync(result, cancellationToken) : result;
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!_rereads)
        {
            return inner.TryRead(out result);
        }

        inner.CancelPendingRead();
        if (inner.TryRead(out result))
        {
            result = Shown(result);
            return true;
        }

        return false;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _rereads = _rereads && !examined.Equals(_end);
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead()
    {
        _cancelled = true;
        inner.CancelPendingRead();
    }

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private ValueTask<ReadResult> ReadOnAsync(ReadResult result, CancellationToken cancellationToken)
    {
        AdvanceTo(result.Buffer.End);
        return inner.ReadAsync(cancellationToken);
    }

    private ReadResult Shown(ReadResult result)
    {
        _end = result.Buffer.End;
        return new(result.Buffer, isCanceled: _cancelled, result.IsCompleted);
    }
}
