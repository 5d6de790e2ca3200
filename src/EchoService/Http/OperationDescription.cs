using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EchoService.Auth;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace EchoService.Http;

/// <summary>An example of a route's request body, for its description.</summary>
/// <param name="Text">JSON where <paramref name="MediaType"/> is JSON.</param>
internal sealed record RequestExample(string MediaType, string Text);

/// <summary>What a route answers when it cannot do what it is asked, for its description.</summary>
internal sealed record ProblemCodes(int Status, params string[] Codes);

/// <summary>What every operation's description tells beside its own types: the key that it asks for, and all problems that it may answer with.</summary>
internal sealed class OperationDescription : IOpenApiOperationTransformer
{
    public const string ProblemSchema = "Problem";
    public const string BearerScheme = "bearer";
    public const string HeaderScheme = "apiKey";
    public const string CookieScheme = "session";

    private const string ProblemType = "application/problem+json";

    /// <summary>Whoever asks for whatever may meet these: see <see cref="RequestRules"/>, <see cref="HostFilter"/>, <see cref="OriginFilter"/>, <see cref="RequestRates"/>.</summary>
    private static readonly int[] s_everywhere = [400, 403, 414, 415, 429, 431, 500, 503];

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var scope = metadata.OfType<IAuthorizeData>().Select(data => data.Policy).FirstOrDefault();
        if (scope is not null)
        {
            RequireKey(operation, scope, context.Document!);
        }

        foreach (var example in metadata.OfType<RequestExample>())
        {
            if (operation.RequestBody?.Content?.TryGetValue(example.MediaType, out var body) == true && body is OpenApiMediaType known)
            {
                var json = example.MediaType == "application/json";
                known.Example = json ? JsonNode.Parse(example.Text) : JsonValue.Create(example.Text);
                known.Schema = json ? known.Schema : new OpenApiSchema { Type = JsonSchemaType.String };
            }
        }

        AddProblems(operation, scope, context);
        return Task.CompletedTask;
    }

    private static void RequireKey(OpenApiOperation operation, string scope, OpenApiDocument document)
    {
        // Any one of the three; and none while the service has no keys.
        operation.Security = [.. ((string[])[BearerScheme, HeaderScheme, CookieScheme]).Select(scheme =>
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, document)] = [] })];
        if (scope == Access.Metrics)
        {
            operation.Security.Add([]); // or none at all
        }

        var asked = scope switch
        {
            Access.AnyKey => "Any key.",
            Access.Metrics => "Any key, where Auth:ProtectMetrics is set.",
            _ => $"Scope: {scope}.",
        };
        operation.Description = $"{operation.Description} {asked}".Trim();
    }

    private static void AddProblems(OpenApiOperation operation, string? scope, OpenApiOperationTransformerContext context)
    {
        operation.Responses ??= [];
        var codes = context.Description.ActionDescriptor.EndpointMetadata.OfType<ProblemCodes>().ToLookup(problem => problem.Status, problem => problem.Codes);
        var statuses = s_everywhere
            .Concat(scope is null ? [] : [401])
            .Concat(operation.Parameters?.Any(parameter => parameter.In == ParameterLocation.Path) == true && scope is not null ? [404] : [])
            .Concat(operation.RequestBody is null ? [] : [408, 413])
            .Concat(codes.Select(problem => problem.Key))
            .Select(status => status.ToString(CultureInfo.InvariantCulture))
            .Concat(operation.Responses.Keys.Where(status => status[0] is '4' or '5'))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
        foreach (var status in statuses.ToList())
        {
            // Health has an answer of its own for 503.
            if (!operation.Responses.TryGetValue(status, out var known) || known.Content?.ContainsKey("application/json") != true)
            {
                var number = int.Parse(status, CultureInfo.InvariantCulture);
                operation.Responses[status] = ProblemOf(number, [.. codes[number].SelectMany(code => code)], context.Document!);
            }
        }
    }

    /// <param name="codes">The codes that tell more than the status; none: there is one code for the status.</param>
    private static OpenApiResponse ProblemOf(int status, string[] codes, OpenApiDocument document) => new()
    {
        Description = $"{ReasonPhrases.GetReasonPhrase(status)}: {(codes.Length == 0 ? Problem.CodeOf(status) : string.Join(", ", codes))}",
        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
        {
            [ProblemType] = new()
            {
                Schema = new OpenApiSchemaReference(ProblemSchema, document),
                Example = JsonSerializer.SerializeToNode(new { title = ReasonPhrases.GetReasonPhrase(status), status, code = codes.FirstOrDefault() ?? Problem.CodeOf(status) }),
            },
        },
    };
}
