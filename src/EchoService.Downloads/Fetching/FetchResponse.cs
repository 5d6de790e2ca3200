using System.Buffers;
using System.Net.Http.Headers;

namespace EchoService.Downloads.Fetching;

/// <summary>An answer whose headers are there, or the reason why there is none. Its body is read once; then it is disposed.</summary>
internal sealed class FetchResponse : IAsyncDisposable
{
    private const int BufferBytes = 64 << 10;

    /// <summary>Of a body that is announced to be long: a quarter of the system calls and of the wake-ups.</summary>
    private const int LongBufferBytes = 256 << 10;
    private const long LongBody = 1 << 20;
    private readonly FetchRequest _request;
    private readonly HttpResponseMessage? _message;
    private readonly FetchClock? _clock;
    private readonly TimeSpan _stall;
    private readonly Bandwidth? _bandwidth;
    private readonly string? _decode;

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
        Length = headers.ContentLength;
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

    public static FetchResponse Failed(Uri url, FetchError error) =>
        new(new FetchRequest(url) { MaxBytes = 0, Timeout = TimeSpan.Zero }, url) { Error = error };

    /// <summary>Hands the body over piece by piece; the memory is valid during the call only. Null: the body is whole.</summary>
    /// <exception cref="OperationCanceledException">The token, or the one given at opening, was cancelled.</exception>
    /// <remarks>What <paramref name="write"/> throws comes out unchanged. The time that it takes is not the origin's silence.</remarks>
    public async Task<FetchError?> CopyToAsync(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        if (Error is not null || _message is null || _clock is null || _bandwidth is null)
        {
            return Error;
        }

        using var cancelled = _clock.CancelWith(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(Length >= LongBody ? LongBufferBytes : BufferBytes);
        Stream? body = null;
        try
        {
            var count = 0L;
            for (; ; )
            {
                int read;
                _clock.AwaitBody(_stall);
                try
                {
                    body ??= await OpenBodyAsync(_message, _clock.Token);
                    read = await body.ReadAsync(buffer.AsMemory(0, Math.Min(buffer.Length, _bandwidth.Piece)), _clock.Token);
                    _clock.AwaitNothing();
                    await _bandwidth.TakeAsync(read, _clock.Token);
                }
                // BrotliStream says so when it does not like the data.
                catch (Exception e) when (FetchFailure.IsOrigins(e) || (_decode is not null && e is InvalidOperationException))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    return _clock.Token.IsCancellationRequested ? _clock.Why() : FetchFailure.OfBody(e);
                }

                if (read == 0)
                {
                    return Length is { } length && length != count ? FetchFailure.Truncated("The body is not as long as announced.") : null;
                }

                count += read;
                if (ResumedFrom + count > _request.MaxBytes)
                {
                    return FetchFailure.TooLarge(_request.MaxBytes);
                }

                await write(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (body is not null)
            {
                await body.DisposeAsync();
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _message?.Dispose();
        _clock?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string? First(HttpContentHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private async Task<Stream> OpenBodyAsync(HttpResponseMessage message, CancellationToken cancellationToken)
    {
        var body = await message.Content.ReadAsStreamAsync(cancellationToken);
        return _decode is null ? body : BodyDecoding.Decode(body, _decode);
    }
}
