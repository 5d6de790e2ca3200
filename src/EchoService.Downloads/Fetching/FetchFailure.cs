using System.Globalization;
using System.Net;
using System.Security.Authentication;
using EchoService.Downloads.Egress;

namespace EchoService.Downloads.Fetching;

/// <summary>Says in the item's terms what went wrong on the way, from the HTTP stack's exceptions and from statuses.</summary>
internal static class FetchFailure
{
    /// <summary>The exceptions by which the stack tells what an origin or the network did.</summary>
    public static bool IsOrigins(Exception e) =>
        e is HttpRequestException or IOException or OperationCanceledException or AuthenticationException or InvalidDataException;

    public static FetchError NoHttp { get; } = new(ErrorCode.HttpStatus, "The origin's answer is no valid HTTP.");

    /// <summary>No response headers came.</summary>
    public static FetchError OfHeaders(Exception e) => e switch
    {
        _ when Find<FetchException>(e) is { } known => known.Error,
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => OfTls(e),
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } =>
            new(ErrorCode.TooLarge, "The response's headers are too large."),
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => NoHttp,
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } when Find<TimeoutException>(e) is not null => ConnectFailure.TooSlow,
        // The connect timeout (SocketsHttpHandler's) is a cancellation with this inside.
        OperationCanceledException { InnerException: TimeoutException } => ConnectFailure.TooSlow,
        _ => new(ErrorCode.Connect, "The origin closed the connection before it answered.", Transient: true, Transport: true),
    };

    /// <summary>The body broke off, its framing is damaged, or it does not decompress.</summary>
    public static FetchError OfBody(Exception e) => Truncated(
        Find<InvalidDataException>(e) is not null || e is InvalidOperationException ? "The compressed body is damaged." : "The connection ended before the body did.");

    public static FetchError Truncated(string message) => new(ErrorCode.Truncated, message, Transient: true);

    public static FetchError TooLarge(long limit) =>
        new(ErrorCode.TooLarge, string.Create(CultureInfo.InvariantCulture, $"The body is larger than {limit} bytes."));

    public static FetchError OfStatus(HttpStatusCode status, TimeSpan? retryAfter)
    {
        var number = (int)status;
        return new(
            number is 404 or 410 ? ErrorCode.NotFound : ErrorCode.HttpStatus,
            string.Create(CultureInfo.InvariantCulture, $"The origin answered with status {number}."),
            number,
            Transient: number is >= 500 or 408 or 425 or 429,
            RetryAfter: number is 429 or 503 ? retryAfter : null);
    }

    private static FetchError OfTls(Exception e)
    {
        if (Find<AuthenticationException>(e) is not { } refused)
        {
            return new(ErrorCode.Tls, "The TLS handshake broke off.", Transient: true, Transport: true);
        }

        // The names of SslPolicyErrors are in the text, and nowhere else.
        var message = refused.Message switch
        {
            var text when text.Contains("NameMismatch", StringComparison.Ordinal) => "The host's certificate is for another name.",
            var text when text.Contains("certificate", StringComparison.OrdinalIgnoreCase) => "The host's certificate is not trusted.",
            _ => "The TLS handshake failed.",
        };
        return new(ErrorCode.Tls, message, Transport: true);
    }

    private static T? Find<T>(Exception? e)
        where T : Exception
    {
        while (e is not null and not T)
        {
            e = e.InnerException;
        }

        return (T?)e;
    }
}
