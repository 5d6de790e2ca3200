using System.Globalization;
using EchoService.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;

namespace EchoService.Characters;

/// <summary>The character finder over HTTP: pages of matches as JSON.</summary>
internal static class CharacterEndpoints
{
    /// <summary>What the page of the finder asks for at a time.</summary>
    private const int DefaultLimit = 200;

    /// <summary>More is clamped: some 1 MB of JSON.</summary>
    private const int MaxLimit = 10_000;

    public static void MapCharacters(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/characters", Find)
            .AllowAnonymous()
            .WithTags("Characters")
            .WithSummary("Finds characters by the words of their Unicode names")
            .WithDescription("A character matches when its name has every word of the query. Results come in code point order.")
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                Describe(operation);
                return Task.CompletedTask;
            });
    }

    /// <param name="start">Text, so that a bad number is an error of its field and not of the whole request.</param>
    private static Results<Ok<CharacterPage>, ProblemHttpResult> Find(string? query, string? start, string? limit)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (string.IsNullOrWhiteSpace(query))
        {
            errors["query"] = ["Enter words describing characters."];
        }

        var first = ReadNumber("start", start, 0, minimum: 0, errors);
        var count = Math.Min(ReadNumber("limit", limit, DefaultLimit, minimum: 1, errors), MaxLimit);
        return errors.Count > 0
            ? Problem.Invalid(errors)
            : TypedResults.Ok(CharacterPage.Of(CharacterIndex.Shared.Find(query!), first, count));
    }

    private static int ReadNumber(string field, string? text, int absent, int minimum, Dictionary<string, string[]> errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            return absent;
        }

        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= (ulong)minimum)
        {
            return (int)Math.Min(number, int.MaxValue);
        }

        errors[field] = [$"{field} must be a whole number from {minimum.ToString(CultureInfo.InvariantCulture)} on."];
        return absent;
    }

    private static void Describe(OpenApiOperation operation)
    {
        foreach (var parameter in operation.Parameters ?? [])
        {
            if (parameter is OpenApiParameter { Name: "start" or "limit", Schema: OpenApiSchema schema })
            {
                schema.Type = JsonSchemaType.Integer;
                schema.Default = parameter.Name == "limit" ? DefaultLimit : 0;
            }
            else if (parameter is OpenApiParameter { Name: "query" } words)
            {
                words.Required = true;
            }
        }
    }
}
