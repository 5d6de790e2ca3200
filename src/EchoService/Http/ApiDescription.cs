namespace EchoService.Http;

/// <summary>The API's description at /openapi/v1.json, and its page at /docs, whose scripts are part of the program (works offline).</summary>
internal static class ApiDescription
{
    private const string Document = "/openapi/v1.json";
    private const string Pages = "docs";

    public static void AddApiDescription(this IServiceCollection services) =>
        services.AddOpenApi("v1", static openApi => openApi
            .AddDocumentTransformer<DocumentDescription>()
            .AddOperationTransformer<OperationDescription>());

    public static void MapApiDescription(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.Use((context, next) =>
        {
            if (context.Request.Path.StartsWithSegments($"/{Pages}", StringComparison.Ordinal))
            {
                context.Response.Headers.ContentSecurityPolicy = SecurityHeaders.OwnFilesOnly;
            }

            return next(context);
        });
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = Pages;
            page.DocumentTitle = "EchoService API";
            page.SwaggerEndpoint(Document, "EchoService");
        });
    }
}
