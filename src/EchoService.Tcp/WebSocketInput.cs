using System.IO.Pipelines;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;

namespace EchoService.Tcp;

/// <summary>
/// The messages of a WebSocket as one stream of bytes. Of the next message nothing is given out before the handler has seen all of
/// the last one and asks for more: that moment ends the answer to it.
/// </summary>
internal sealed class WebSocketInput(WebSocket socket, WebSocketOutput output) : PipeReader, IDisposable
{
    private readonly Pipe _received = new(new PipeOptions(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 32 << 10, useSynchronizationContext: false));
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly Lock _gate = new();

    /// <summary>The handler has seen everything and waits.</summary>
    private bool _readerWaits;

    /// <summary>All of a message is given out, and its answer is not ended.</summary>
    private bool _messageIsWhole;
    private volatile bool _isCompleted;

    /// <summary>Receives until the client closes, or is gone.</summary>
    public async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            ValueWebSocketReceiveResult frame;
            while ((frame = await socket.ReceiveAsync(_received.Writer.GetMemory(4096), cancellationToken)).MessageType != WebSocketMessageType.Close)
            {
                await GiveAsync(frame, cancellationToken);
            }

            await _received.Writer.CompleteAsync();
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            await _received.Writer.CompleteAsync(new ConnectionResetException("The WebSocket ended without a close frame.", exception));
        }
    }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        bool ends;
        lock (_gate)
        {
            if (_received.Reader.TryRead(out var result))
            {
                return result;
            }

            (ends, _messageIsWhole, _readerWaits) = (_messageIsWhole, false, true);
        }

        if (ends)
        {
            await output.EndMessageAsync();
            _wanted.Release();
        }

        return await _received.Reader.ReadAsync(cancellationToken);
    }

    public override bool TryRead(out ReadResult result) => _received.Reader.TryRead(out result);

    public override void AdvanceTo(SequencePosition consumed) => _received.Reader.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _received.Reader.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => _received.Reader.CancelPendingRead();

    /// <summary>What comes from now on is thrown away.</summary>
    public override void Complete(Exception? exception = null)
    {
        _isCompleted = true;
        _received.Reader.Complete(exception);
        _wanted.Release();
    }

    /// <summary>After <see cref="ReceiveAsync"/> has ended.</summary>
    public void Dispose() => _wanted.Dispose();

    private async Task GiveAsync(ValueWebSocketReceiveResult frame, CancellationToken cancellationToken)
    {
        output.Answer(frame.MessageType);
        bool endsNow;
        ValueTask<FlushResult> given = default;
        lock (_gate)
        {
            _received.Writer.Advance(frame.Count);
            if (frame.Count > 0)
            {
                _readerWaits = false;
                given = _received.Writer.FlushAsync(cancellationToken);
            }

            endsNow = frame.EndOfMessage && _readerWaits;
            _messageIsWhole = frame.EndOfMessage && !_readerWaits;
        }

        await given;
        if (endsNow)
        {
            await output.EndMessageAsync();
        }
        else if (frame.EndOfMessage && !_isCompleted)
        {
            await _wanted.WaitAsync(cancellationToken);
        }
    }
}
