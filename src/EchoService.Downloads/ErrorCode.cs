using System.Text.Json;

namespace EchoService.Downloads;

/// <summary>Why an item failed. Part of the outer contract: written in camelCase in JSON, in the store and in metric labels.</summary>
public enum ErrorCode
{
    /// <summary>No absolute http or https URL, or one with user information.</summary>
    InvalidUrl,

    /// <summary>The egress guard allows no address of the host, or not the port.</summary>
    BlockedAddress,
    Dns,

    /// <summary>Refused, unreachable, or too slow to connect.</summary>
    Connect,
    Tls,

    /// <summary>No response headers in time, or the whole transfer took too long.</summary>
    Timeout,

    /// <summary>The body paused for too long.</summary>
    Stalled,

    /// <summary>404 or 410.</summary>
    NotFound,

    /// <summary>Any other status that is no success.</summary>
    HttpStatus,
    TooManyRedirects,

    /// <summary>From https to http.</summary>
    InsecureRedirect,
    TooLarge,

    /// <summary>The body ended before its announced length.</summary>
    Truncated,
    ChecksumMismatch,
    NameConflict,
    Storage,
    Metadata,
}

internal static class ErrorCodes
{
    /// <summary>As the contract writes it: <c>notFound</c>.</summary>
    public static string Text(this ErrorCode code) => JsonNamingPolicy.CamelCase.ConvertName(code.ToString());
}
