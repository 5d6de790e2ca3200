using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;

namespace EchoService.Tcp;

/// <summary>
/// What a handler writes, as messages: an answer is of the type of the message that it answers and ends with it; what is said without being
/// asked is a message a flush.
/// </summary>
internal sealed class WebSocketOutput(WebSocket socket, WebSocketMessageType unasked) : PipeWriter
{
    private readonly ArrayBufferWriter<byte> _written = new();
    private WebSocketMessageType _type = unasked;
    private volatile bool _isAnswer;
    private bool _isOpen;

    /// <summary>A message has begun to arrive.</summary>
    public void Answer(WebSocketMessageType type)
    {
        _type = type;
        _isAnswer = true;
    }

    /// <summary>The message is answered.</summary>
    public async ValueTask EndMessageAsync()
    {
        _isAnswer = false;
        if (_isOpen)
        {
            _isOpen = false;
            await SendAsync(ReadOnlyMemory<byte>.Empty, isEnd: true);
        }
    }

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_written.WrittenCount == 0)
        {
            return default;
        }

        _isOpen = _isAnswer;
        var sent = await SendAsync(_written.WrittenMemory, isEnd: !_isOpen);
        _written.ResetWrittenCount();
        return new(isCanceled: false, isCompleted: !sent);
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => _written.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _written.GetSpan(sizeHint);

    public override void Advance(int bytes) => _written.Advance(bytes);

    /// <summary>Nobody cancels a flush here: a cancelled send would end the WebSocket.</summary>
    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }

    private async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes, bool isEnd)
    {
        try
        {
            // Without a token: whoever gives the client up aborts the request.
            await socket.SendAsync(bytes, _type, isEnd, CancellationToken.None);
            return true;
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            return false;
        }
    }
}
