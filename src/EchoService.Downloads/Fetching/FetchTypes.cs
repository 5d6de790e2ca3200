namespace EchoService.Downloads.Fetching;

/// <summary>What to fetch, and within which bounds.</summary>
/// <param name="Url">As <see cref="FetchUrl"/> gives it.</param>
internal sealed record FetchRequest(Uri Url)
{
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    public required long MaxBytes { get; init; }

    /// <summary>The whole transfer, from the first connection to the last byte.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>True: <c>Accept-Encoding: identity</c>, the bytes are saved as they come. False: compressed bodies are asked for and decoded.</summary>
    public bool Identity { get; init; } = true;

    /// <summary>Bytes that are already there; more than 0 asks for the rest with <c>Range</c> and <c>If-Range</c>.</summary>
    public long ResumeFrom { get; init; }

    /// <summary>The strong entity tag of the bytes that are there.</summary>
    public string? ResumeETag { get; init; }
}

/// <summary>Why a fetch failed.</summary>
/// <param name="Transient">Another attempt may succeed.</param>
/// <param name="Transport">The host itself failed (name, connection, TLS, silence), not this one resource.</param>
/// <param name="RetryAfter">The origin asked for this pause (429 and 503): the host rests, not only the item.</param>
internal sealed record FetchError(
    ErrorCode Code,
    string Message,
    int? HttpStatus = null,
    bool Transient = false,
    bool Transport = false,
    TimeSpan? RetryAfter = null);
