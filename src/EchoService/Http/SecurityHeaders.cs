namespace EchoService.Http;

/// <summary>What every answer tells a browser, unless the endpoint has told it otherwise: run nothing, load nothing, guess nothing, and show it in no frame.</summary>
internal static class SecurityHeaders
{
    /// <summary>For what is no page.</summary>
    private const string Inert = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>A page of ours whose scripts and styles are files of ours.</summary>
    public const string OwnFilesOnly =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Just before the answer begins: an exception would take away what was set earlier.</summary>
    public static void UseSecurityHeaders(this WebApplication app) => app.Use(static (context, next) =>
    {
        context.Response.OnStarting(
            static response =>
            {
                var headers = ((HttpResponse)response).Headers;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "no-referrer";
                if (headers.ContentSecurityPolicy.Count == 0)
                {
                    headers.ContentSecurityPolicy = Inert;
                }

                return Task.CompletedTask;
            },
            context.Response);
        return next(context);
    });
}
