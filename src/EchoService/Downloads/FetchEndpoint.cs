using EchoService.Auth;
using EchoService.Downloads.Fetching;
using EchoService.Http;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads;

/// <summary><c>POST /fetch</c>: one page, streamed through, nothing saved.</summary>
internal static class FetchEndpoint
{
    public static void MapFetch(this IEndpointRouteBuilder routes) => routes.MapPost("/fetch", FetchAsync)
        .RequireScope(Scope.Fetch)
        .WithTags("Downloads")
        .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
        .WithSummary("Fetches one URL and streams its body; X-Fetch-Status and X-Fetch-Url tell what was answered and from where.")
        .WithMetadata(
            new RequestExample("application/json", """{"url": "https://example.org/"}"""),
            new ProblemCodes(StatusCodes.Status400BadRequest, "invalidUrl", "malformedJson"),
            new ProblemCodes(StatusCodes.Status403Forbidden, "blockedAddress", "forbidden"),
            new ProblemCodes(StatusCodes.Status502BadGateway, "connect", "dns", "tls", "tooManyRedirects", "insecureRedirect", "tooLarge", "truncated"),
            new ProblemCodes(StatusCodes.Status504GatewayTimeout, "timeout", "stalled"))
        .DisableRequestTimeout();

    private static async Task FetchAsync(FetchBody body, HttpContext context, Fetcher fetcher, IOptions<DownloadsOptions> options, CancellationToken cancellationToken)
    {
        if (!FetchUrl.TryParse(body.Url, out var url, out var reason))
        {
            await Problem.Of(StatusCodes.Status400BadRequest, ErrorCode.InvalidUrl.Text(), reason).ExecuteAsync(context);
            return;
        }

        var request = new FetchRequest(url)
        {
            MaxBytes = options.Value.MaxBytes,
            Timeout = TimeSpan.FromSeconds(options.Value.TimeoutSeconds),
            Identity = false,
        };
        await using var fetched = await fetcher.OpenAsync(request, cancellationToken);
        if (fetched.Error is { } error)
        {
            await Problem.Of(StatusOf(error.Code), error.Code.Text(), error.Message).ExecuteAsync(context);
            return;
        }

        Begin(context.Response, fetched);
        if (await fetched.CopyToAsync(async (bytes, token) => await context.Response.Body.WriteAsync(bytes, token), cancellationToken) is not null)
        {
            // The head is out: only a broken connection can still tell that the body is not whole.
            context.Abort();
        }
    }

    private static void Begin(HttpResponse response, FetchResponse fetched)
    {
        response.ContentType = ForeignType.Of(fetched.ContentType);
        response.Headers["X-Fetch-Status"] = fetched.Status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        response.Headers["X-Fetch-Url"] = fetched.Url.AbsoluteUri;
        response.Headers.ContentDisposition = "attachment";
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
    }

    private static int StatusOf(ErrorCode code) => code switch
    {
        ErrorCode.InvalidUrl => StatusCodes.Status400BadRequest,
        ErrorCode.BlockedAddress => StatusCodes.Status403Forbidden,
        ErrorCode.Timeout or ErrorCode.Stalled => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status502BadGateway,
    };
}
