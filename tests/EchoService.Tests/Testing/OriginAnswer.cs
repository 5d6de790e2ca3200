namespace EchoService.Tests.Testing;

/// <summary>What an <see cref="Origin"/> does for a path: an answer in order, or one of the ways to misbehave.</summary>
public sealed record OriginAnswer
{
    public int Status { get; init; } = 200;

    /// <summary>Further headers. <c>Content-Length</c> here announces another length than the body's.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public string? ContentType { get; init; } = "application/octet-stream";

    /// <summary>The body, by seed and length.</summary>
    public SeededBody Body { get; init; } = new(1, 0);

    /// <summary>A literal body in place of <see cref="Body"/>.</summary>
    public ReadOnlyMemory<byte>? Bytes { get; init; }

    /// <summary>False: chunked, no <c>Content-Length</c>.</summary>
    public bool AnnounceLength { get; init; } = true;

    /// <summary>Quoted, as in the header; with it the origin honours <c>Range</c> and <c>If-Range</c> as <see cref="Ranges"/> says.</summary>
    public string? ETag { get; init; }

    public OriginRanges Ranges { get; init; } = OriginRanges.Honoured;

    /// <summary>Waits so long before the headers.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Waits for this before the headers: the test opens the gate.</summary>
    public Task? Gate { get; init; }

    /// <summary>Never answers; the connection stays open.</summary>
    public bool HangBeforeHeaders { get; init; }

    /// <summary>Sends so many bytes of the body and then nothing more; the connection stays open.</summary>
    public long? HangAfter { get; init; }

    /// <summary>Sends so many bytes of the body and then cuts the connection.</summary>
    public long? CutAfter { get; init; }

    /// <summary>Sends so many bytes, waits for <see cref="PauseGate"/>, then sends the rest.</summary>
    public long? PauseAfter { get; init; }

    public Task? PauseGate { get; init; }

    /// <summary>Bytes a write when dripping, with <see cref="DripInterval"/> between two writes.</summary>
    public int DripBytes { get; init; } = 1 << 16;

    public TimeSpan DripInterval { get; init; }

    public long Length => Bytes?.Length ?? Body.Length;

    public static OriginAnswer File(ulong seed, long length) => new() { Body = new SeededBody(seed, length) };

    public static OriginAnswer Text(string text, string contentType = "text/html; charset=utf-8") =>
        new() { Bytes = System.Text.Encoding.UTF8.GetBytes(text), ContentType = contentType };

    public static OriginAnswer Error(int status, params (string Name, string Value)[] headers) =>
        new() { Status = status, Headers = headers, Bytes = "no"u8.ToArray() };

    public static OriginAnswer Redirect(string location, int status = 302) =>
        new() { Status = status, Headers = [("Location", location)] };

    /// <summary>429 or 503 with <c>Retry-After</c>.</summary>
    public static OriginAnswer Busy(string retryAfter, int status = 503) => Error(status, ("Retry-After", retryAfter));

    /// <summary>A body without announced length and without end.</summary>
    public static OriginAnswer Endless() => new() { Body = new SeededBody(7, long.MaxValue), AnnounceLength = false };

    internal void Fill(long offset, Span<byte> buffer)
    {
        if (Bytes is { } bytes)
        {
            bytes.Span.Slice((int)offset, buffer.Length).CopyTo(buffer);
        }
        else
        {
            Body.Fill(offset, buffer);
        }
    }
}

/// <summary>What an origin makes of <c>Range</c> with <c>If-Range</c>.</summary>
public enum OriginRanges
{
    /// <summary>206 from the offset when <c>If-Range</c> is the current entity tag, else 200.</summary>
    Honoured,

    /// <summary>Always 200.</summary>
    Ignored,

    /// <summary>206 with a <c>Content-Range</c> that begins one byte later.</summary>
    WrongOffset,

    /// <summary>206 without <c>Content-Range</c>.</summary>
    NoContentRange,

    /// <summary>206 with a <c>Content-Range</c> that does not tell the whole length.</summary>
    NoTotal,

    /// <summary>206 for the range asked for, whatever <c>If-Range</c> says, with the current entity tag.</summary>
    IfRangeIgnored,

    /// <summary>416.</summary>
    Unsatisfiable,
}

/// <summary>A request as the origin saw it.</summary>
public sealed record OriginRequest(string Host, string Protocol, IReadOnlyDictionary<string, string> Headers);
