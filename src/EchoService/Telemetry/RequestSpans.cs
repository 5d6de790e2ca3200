using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace EchoService.Telemetry;

/// <summary>Names the server's spans by route and gives them their status, as OpenTelemetry's conventions for HTTP ask; the framework itself does neither.</summary>
internal static class RequestSpans
{
    public static void UseRequestSpans(this WebApplication app) => app.Use(async (context, next) =>
    {
        await next(context);
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span)
        {
            Describe(span, context);
        }
    });

    private static void Describe(Activity span, HttpContext context)
    {
        if ((context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } route)
        {
            span.DisplayName = $"{context.Request.Method} {route}";
            span.SetTag("http.route", route);
        }

        var status = context.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
