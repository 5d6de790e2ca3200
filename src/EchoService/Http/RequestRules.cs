using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace EchoService.Http;

/// <summary>Refuses requests whose form alone is too much: a long URL, many headers, a compressed body.</summary>
internal sealed class RequestRules(RequestDelegate next, IOptions<HttpOptions> options)
{
    private readonly HttpLimitsOptions _limits = options.Value.Limits;

    public Task InvokeAsync(HttpContext context) => Refusal(context) is { } refusal ? refusal.ExecuteAsync(context) : next(context);

    private ProblemHttpResult? Refusal(HttpContext context)
    {
        if (context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Length > _limits.UrlBytes)
        {
            return Problem.Of(StatusCodes.Status414UriTooLong, "urlTooLong", $"The path and query may have {_limits.UrlBytes} bytes (Http:Limits:UrlBytes).");
        }

        if (SizeOf(context.Request.Headers) > _limits.HeaderBytes)
        {
            return Problem.Of(
                StatusCodes.Status431RequestHeaderFieldsTooLarge, "headersTooLarge", $"The headers may have {_limits.HeaderBytes} bytes (Http:Limits:HeaderBytes).");
        }

        if (context.Request.Headers.ContentEncoding.Any(encoding => !string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase)))
        {
            context.Response.Headers.AcceptEncoding = "identity"; // RFC 9110, 15.5.16
            return Problem.Of(StatusCodes.Status415UnsupportedMediaType, "compressedBody", "Bodies are taken as they are, without Content-Encoding.");
        }

        return null;
    }

    private static int SizeOf(IHeaderDictionary headers)
    {
        var size = 0;
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                size += name.Length + (value?.Length ?? 0) + 4; // ": " and the line's end
            }
        }

        return size;
    }
}
