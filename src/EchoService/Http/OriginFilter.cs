using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace EchoService.Http;

/// <summary>
/// Refuses what a browser sends on behalf of a page of another site, and lets the pages of <c>Http:Cors:Origins</c> in (with the
/// CORS answers that they need). Programs send neither Sec-Fetch-Site nor Origin and are not concerned.
/// </summary>
internal sealed class OriginFilter(RequestDelegate next, IOptions<HttpOptions> options, ILogger<OriginFilter> log)
{
    private readonly IList<string> _origins = options.Value.Cors.Origins;

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        string? origin = request.Headers.Origin;
        if (origin is not null && IsListed(origin))
        {
            return ServeOriginAsync(context, origin);
        }

        if (IsOwn(request, origin) || IsVisit(request))
        {
            return next(context);
        }

        log.CrossSiteRefused(origin, request.Path);
        return Problem.Of(StatusCodes.Status403Forbidden, "crossSite", "A page of another site may not do this: see Http:Cors:Origins.")
            .ExecuteAsync(context);
    }

    /// <summary>Someone follows a link to a page of ours: the other site sees nothing of the answer.</summary>
    private static bool IsVisit(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.Headers["Sec-Fetch-Mode"] == "navigate"
        && request.Headers["Sec-Fetch-Dest"] == "document";

    /// <summary>The scheme is not compared: a proxy before us may have ended TLS.</summary>
    private static bool IsOwn(HttpRequest request, string? origin) =>
        request.Headers["Sec-Fetch-Site"] != "cross-site"
        && (origin is null || (Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                && uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)));

    private bool IsListed(string origin) => _origins.Contains(origin, StringComparer.OrdinalIgnoreCase) || _origins.Contains("*");

    private Task ServeOriginAsync(HttpContext context, string origin)
    {
        // Just before the answer begins: an exception would take away what was set earlier, and the page could not read why.
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlExposeHeaders = "Location, X-Fetch-Status, X-Fetch-Url";
            headers.Vary = StringValues.Concat(headers.Vary, "Origin");
            return Task.CompletedTask;
        });
        var request = context.Request;
        if (!HttpMethods.IsOptions(request.Method) || request.Headers.AccessControlRequestMethod.Count == 0)
        {
            return next(context);
        }

        context.Response.Headers.AccessControlAllowMethods = "GET, POST, PUT, DELETE";
        context.Response.Headers.AccessControlAllowHeaders = request.Headers.AccessControlRequestHeaders;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
