using EchoService.Configuration;

namespace EchoService.Http;

/// <summary>The API's description at /openapi/v1.json, and its page at /docs, whose scripts are part of the program (works offline).</summary>
internal static class ApiDescription
{
    private const string Document = "/openapi/v1.json";

    public static void AddApiDescription(this IServiceCollection services) =>
        services.AddOpenApi("v1", openApi => openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "EchoService";
            document.Info.Version = CommandLine.Version;
            document.Info.Description = "Channels and downloads. Errors are RFC 9457 problem details with a stable code.";
            document.Servers = []; // relative to where it was read: behind a proxy the request's own address would mislead
            return Task.CompletedTask;
        }));

    public static void MapApiDescription(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = "docs";
            page.DocumentTitle = "EchoService API";
            page.SwaggerEndpoint(Document, "EchoService");
        });
    }
}
