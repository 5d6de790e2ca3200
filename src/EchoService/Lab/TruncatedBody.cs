using Microsoft.AspNetCore.Connections.Features;

namespace EchoService.Lab;

/// <summary>
/// Passes on the first part of a body whose whole length the headers tell, and then ends the connection with a FIN, as a server that
/// died would.
/// </summary>
/// <param name="bytes">How much; null: half of it.</param>
internal sealed class TruncatedBody(HttpResponse response, long? bytes) : Stream
{
    private readonly Stream _body = response.Body;
    private long _left = -1;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _left = _left < 0 ? bytes ?? (response.ContentLength ?? buffer.Length) / 2 : _left;
        var passed = buffer[..(int)Math.Min(_left, buffer.Length)];
        _left -= passed.Length;
        await _body.WriteAsync(passed, cancellationToken);
        await _body.FlushAsync(cancellationToken);
        if (_left == 0)
        {
            response.HttpContext.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => _body.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
