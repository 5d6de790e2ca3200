using System.Text.Json;
using System.Text.RegularExpressions;
using EchoService.Downloads.Store;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EchoService.Http;

/// <summary>Turns what no endpoint answered (no route, wrong method, unreadable body, exceptions) into problem details.</summary>
internal static partial class Problems
{
    public static void AddProblems(this IServiceCollection services) =>
        services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true); // also outside Development: the exception tells what was wrong

    public static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = context => ProblemOf(context.Features.GetRequiredFeature<IExceptionHandlerFeature>().Error).ExecuteAsync(context),
            SuppressDiagnosticsCallback = context => context.Exception is BadHttpRequestException, // the client's error, not ours
        });
        app.UseStatusCodePages(pages => Problem.OfStatus(pages.HttpContext.Response.StatusCode).ExecuteAsync(pages.HttpContext));
    }

    private static ProblemHttpResult ProblemOf(Exception exception) => exception switch
    {
        BadHttpRequestException { InnerException: JsonException json } => Problem.Of(StatusCodes.Status400BadRequest, "malformedJson", Describe(json)),
        BadHttpRequestException bad when UnreadableParameter().Match(bad.Message) is { Success: true, Groups: var groups } =>
            Problem.Invalid(groups["name"].Value, $"{groups["name"].Value} has a value that it cannot take."),
        BadHttpRequestException bad => Problem.OfStatus(bad.StatusCode),
        StoreException => Problem.Of(
            StatusCodes.Status503ServiceUnavailable, "storageUnavailable", "The database cannot be read or written now; nothing was changed. Try again later."),
        _ => Problem.OfStatus(StatusCodes.Status500InternalServerError),
    };

    /// <summary>The exception's own message names our types: only its place goes out.</summary>
    private static string Describe(JsonException json) =>
        $"The body is not the JSON that is expected here: line {(json.LineNumber ?? 0) + 1}, byte {(json.BytePositionInLine ?? 0) + 1}"
        + (json.Path is { Length: > 1 } path ? $", at {path}." : ".");

    /// <summary>The framework's own words; only the parameter's name goes out.</summary>
    [GeneratedRegex("""^Failed to bind parameter "\S+ (?<name>\w+)" from """, RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UnreadableParameter();
}
