using System.Buffers;
using System.Net.Http.Headers;

namespace EchoService.Downloads.Fetching;

/// <summary>An answer whose headers are there, or the reason why there is none. Its body is read once; then it is disposed.</summary>
internal sealed class FetchResponse : IAsyncDisposable
{
    private const int BufferBytes = 64 << 10;

    /// <summary>Of a long body: while a piece is hashed and written, that much of the next gathers in the socket.</summary>
    private const int LongBufferBytes = 1 << 20;
    private readonly FetchRequest _request;
    private readonly HttpResponseMessage? _message;
    private readonly FetchClock? _clock;
    private readonly TimeSpan _stall;
    private readonly Bandwidth? _bandwidth;
    private readonly string? _decode;
    private Stream? _body;

    public FetchResponse(FetchRequest request, Uri url, HttpResponseMessage message, long resumedFrom, FetchClock clock, TimeSpan stall, Bandwidth bandwidth)
    {
        (_request, _message, _clock, _stall, _bandwidth) = (request, message, clock, stall, bandwidth);
        Url = url;
        Status = (int)message.StatusCode;
        ResumedFrom = resumedFrom;
        ETag = ResumeAnswers.StrongETag(message);
        var headers = message.Content.Headers;
        ContentType = First(headers, "Content-Type");
        ContentDisposition = First(headers, "Content-Disposition");
        ContentEncoding = First(headers, "Content-Encoding");
        Length = ResumeAnswers.LengthOf(message, resumedFrom);
        if (!request.Identity && BodyDecoding.CanDecode(ContentEncoding))
        {
            (_decode, ContentEncoding, Length) = (ContentEncoding, null, null);
        }
    }

    private FetchResponse(FetchRequest request, Uri url)
    {
        _request = request;
        Url = url;
    }

    /// <summary>Null: there is a body to read.</summary>
    public FetchError? Error { get; init; }

    /// <summary>Where the last redirect led.</summary>
    public Uri Url { get; }

    /// <summary>0 when no origin answered.</summary>
    public int Status { get; }

    /// <summary>As sent.</summary>
    public string? ContentType { get; }

    /// <summary>All headers as sent.</summary>
    public IEnumerable<KeyValuePair<string, string>> Headers => _message is null
        ? []
        : _message.Headers.NonValidated.Concat(_message.Content.Headers.NonValidated)
            .SelectMany(header => header.Value.Select(value => KeyValuePair.Create(header.Key, value)));

    /// <summary>As sent, in ISO 8859-1; several instances joined by a comma (which makes it invalid, as it should be).</summary>
    public string? ContentDisposition { get; }

    /// <summary>The coding that the bytes of <see cref="CopyToAsync"/> still have.</summary>
    public string? ContentEncoding { get; }

    /// <summary>The announced bytes that <see cref="CopyToAsync"/> is to deliver.</summary>
    public long? Length { get; }

    /// <summary>The whole resource's announced bytes, those included that were resumed from.</summary>
    public long? TotalLength => ResumedFrom + Length;

    /// <summary>The entity tag with its quotes, when it is strong: only such a one allows a later resume.</summary>
    public string? ETag { get; }

    /// <summary>The offset that the body goes on from; 0: it begins at its beginning, and what was there before is void.</summary>
    public long ResumedFrom { get; }

    /// <summary>TLS hands over its records one by one, of 16 KiB at most, however much room there is (RFC 8446, 5.1).</summary>
    private bool IsReadInLongPieces => Length >= LongBufferBytes && Url.Scheme == Uri.UriSchemeHttp;

    private static FetchError Truncated => FetchFailure.Truncated("The body is not as long as announced.");

    public static FetchResponse Failed(Uri url, FetchError error) =>
        new(new FetchRequest(url) { MaxBytes = 0, Timeout = TimeSpan.Zero }, url) { Error = error };

    /// <summary>Hands the body over piece by piece; a piece's memory is valid until the task of its call ends. Null: the body is whole.</summary>
    /// <exception cref="OperationCanceledException">The token, or the one given at opening, was cancelled.</exception>
    /// <remarks>
    /// What <paramref name="write"/> throws comes out unchanged. The time that it takes is not the origin's silence. Its calls follow one another;
    /// while one has not ended the next piece is read.
    /// </remarks>
    public async Task<FetchError?> CopyToAsync(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        if (Error is not null || _clock is null)
        {
            return Error;
        }

        using var cancelled = _clock.CancelWith(cancellationToken);
        try
        {
            // A rest may be longer than its range: only the end of its transfer tells.
            return ResumedFrom == 0 && Length is { } length and <= BufferBytes
                ? await CopyShortAsync((int)length, write, cancellationToken)
                : await CopyLongAsync(write, cancellationToken);
        }
        finally
        {
            if (_body is not null)
            {
                await _body.DisposeAsync();
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _message?.Dispose();
        _clock?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>What is there at once is handed over at once: one write for a small file. What is waited for keeps nothing back.</summary>
    private async Task<FetchError?> CopyShortAsync(int length, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        // Where something is thrown the buffer does not go back to the pool.
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        var (count, written) = (0, 0);
        FetchError? error = null;
        while (error is null && count < length)
        {
            var reading = ReadAsync(buffer.AsMemory(count, length - count), cancellationToken);
            var writing = Task.CompletedTask;
            if (!reading.IsCompleted && written < count)
            {
                writing = WriteAsync(write, buffer.AsMemory(written, count - written), cancellationToken);
                written = count;
            }

            (var read, error) = await BothAsync(reading, writing);
            error ??= read == 0 ? Truncated : null;
            count += read;
        }

        if (written < count)
        {
            await write(buffer.AsMemory(written, count - written), cancellationToken);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return error;
    }

    private async Task<FetchError?> CopyLongAsync(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(IsReadInLongPieces ? LongBufferBytes : BufferBytes);
        byte[]? other = null;
        var writing = Task.CompletedTask;
        try
        {
            for (var count = 0L; ;)
            {
                var (read, error) = await BothAsync(ReadAsync(buffer, cancellationToken), writing);
                if (error is not null || read == 0)
                {
                    return error ?? (Length is { } length && length != count ? Truncated : null);
                }

                count += read;
                if (ResumedFrom + count > _request.MaxBytes)
                {
                    return FetchFailure.TooLarge(_request.MaxBytes);
                }

                writing = WriteAsync(write, buffer.AsMemory(0, read), cancellationToken);
                if (writing.IsCompleted)
                {
                    await writing;
                }
                else
                {
                    (buffer, other) = (other ?? ArrayPool<byte>.Shared.Rent(buffer.Length), buffer);
                }
            }
        }
        finally
        {
            await Task.WhenAny(writing);
            ArrayPool<byte>.Shared.Return(buffer);
            if (other is not null)
            {
                ArrayPool<byte>.Shared.Return(other);
            }
        }
    }

    /// <summary>A failure comes by the task, and by nothing else.</summary>
    private static async Task WriteAsync(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        await write(bytes, cancellationToken);

    /// <summary>What was read, once the piece before it is written. A write that fails ends the read, for whoever disposes the body may read too.</summary>
    private async ValueTask<(int Read, FetchError? Error)> BothAsync(ValueTask<(int Read, FetchError? Error)> reading, Task writing)
    {
        try
        {
            await writing;
        }
        catch
        {
            _clock!.GiveUp();
            await Task.WhenAny(reading.AsTask());
            throw;
        }

        return await reading;
    }

    /// <summary>The body's next bytes; 0: its end, or an error.</summary>
    private async ValueTask<(int Read, FetchError? Error)> ReadAsync(Memory<byte> room, CancellationToken cancellationToken)
    {
        _clock!.AwaitBody(_stall);
        try
        {
            _body ??= await OpenBodyAsync(_message!, _clock.Token);
            var read = await _body.ReadAsync(room[..Math.Min(room.Length, _bandwidth!.Piece)], _clock.Token);
            _clock.AwaitNothing();
            await _bandwidth.TakeAsync(read, _clock.Token);
            return (read, null);
        }
        // BrotliStream says so when it does not like the data.
        catch (Exception e) when (FetchFailure.IsOrigins(e) || (_decode is not null && e is InvalidOperationException))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (0, _clock.Token.IsCancellationRequested ? _clock.Why() : FetchFailure.OfBody(e));
        }
    }

    private static string? First(HttpContentHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private async Task<Stream> OpenBodyAsync(HttpResponseMessage message, CancellationToken cancellationToken)
    {
        var body = await message.Content.ReadAsStreamAsync(cancellationToken);
        return _decode is null ? body : BodyDecoding.Decode(body, _decode);
    }
}
