namespace EchoService.Http;

/// <summary>The API's description at /openapi/v1.json, and its page at /docs, whose scripts are part of the program (works offline).</summary>
internal static class ApiDescription
{
    private const string Document = "/openapi/v1.json";
    private const string Pages = "docs";

    /// <summary>Swagger UI's script adds one style element of its own: allowed by its digest, which may change with the package's version.</summary>
    private const string OwnStyle = "'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='";

    private static readonly string s_policy = SecurityHeaders.OwnFilesOnly
        .Replace("style-src 'self'", $"style-src 'self' {OwnStyle}", StringComparison.Ordinal)
        .Replace("img-src 'self'", "img-src 'self' data:", StringComparison.Ordinal); // its icons

    public static void AddApiDescription(this IServiceCollection services) =>
        services.AddOpenApi("v1", static openApi => openApi
            .AddDocumentTransformer<DocumentDescription>()
            .AddOperationTransformer<OperationDescription>());

    public static void MapApiDescription(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.Use(next =>
        {
            var pages = new Lazy<RequestDelegate>(() => PagesOf(app, next)); // most services run without anybody asking for them
            return context => context.Request.Path.StartsWithSegments($"/{Pages}", StringComparison.OrdinalIgnoreCase) ? pages.Value(context) : next(context);
        });
    }

    private static RequestDelegate PagesOf(IApplicationBuilder app, RequestDelegate next)
    {
        var pages = app.New();
        pages.Use(static (context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = s_policy;
            return next(context);
        });
        pages.UseSwaggerUI(page =>
        {
            page.RoutePrefix = Pages;
            page.DocumentTitle = "EchoService API";
            page.SwaggerEndpoint(Document, "EchoService");
        });
        pages.Run(next);
        return pages.Build();
    }
}
