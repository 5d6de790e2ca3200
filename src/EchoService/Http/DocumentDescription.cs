using EchoService.Auth;
using EchoService.Configuration;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EchoService.Http;

/// <summary>What the description tells of the service as a whole.</summary>
internal sealed class DocumentDescription : IOpenApiDocumentTransformer
{
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info.Title = "EchoService";
        document.Info.Version = CommandLine.Version;
        document.Info.Description = "Channels and downloads. Errors are RFC 9457 problem details with a stable code. Keys are asked for where the operator has set some.";
        document.Servers = []; // relative to where it was read: behind a proxy the request's own address would mislead
        document.AddComponent(OperationDescription.BearerScheme, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "Authorization: Bearer <key>" });
        document.AddComponent(
            OperationDescription.HeaderScheme,
            new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-Api-Key", Description = "The same key" });
        document.AddComponent(
            OperationDescription.CookieScheme,
            new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Cookie, Name = Access.Cookie, Description = "A browser's session: POST /session" });
        document.AddComponent(OperationDescription.ProblemSchema, Problem());
        return Task.CompletedTask;
    }

    private static OpenApiSchema Problem() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "RFC 9457 problem details.",
        Required = new HashSet<string>(StringComparer.Ordinal) { "title", "status", "code" },
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["type"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "For people." },
            ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[a-z][A-Za-z]*$", Description = "For programs; never changes its meaning." },
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "What is wrong, by field.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
        },
    };
}
