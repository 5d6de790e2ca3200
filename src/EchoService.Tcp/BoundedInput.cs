using System.Buffers;
using System.IO.Pipelines;

namespace EchoService.Tcp;

/// <summary>An input that ends after <paramref name="bytes"/>, whatever follows.</summary>
/// <param name="ended">Called when the last of them is given out.</param>
internal sealed class BoundedInput(PipeReader inner, long bytes, Action ended) : PipeReader
{
    private long _left = bytes;
    private ReadOnlySequence<byte> _shown;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Cut(await inner.ReadAsync(cancellationToken));

    public override bool TryRead(out ReadResult result)
    {
        var read = inner.TryRead(out result);
        result = read ? Cut(result) : result;
        return read;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _left -= _shown.Slice(0, consumed).Length;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private ReadResult Cut(ReadResult result)
    {
        if (result.Buffer.Length < _left)
        {
            _shown = result.Buffer;
            return result;
        }

        _shown = result.Buffer.Slice(0, _left);
        ended();
        return new(_shown, result.IsCanceled, isCompleted: true);
    }
}

internal sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
