using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace EchoService.Http;

/// <summary>
/// Errors as RFC 9457 problem details. <c>code</c> is stable and for programs; <c>detail</c> is for people and holds nothing internal.
/// Every endpoint answers its errors with these.
/// </summary>
internal static class Problem
{
    /// <summary>For route signatures: <c>Results&lt;Ok&lt;T&gt;, ProblemHttpResult&gt;</c>.</summary>
    /// <param name="code">camelCase, part of the outer contract.</param>
    public static ProblemHttpResult Of(int status, string code, string? detail = null) =>
        TypedResults.Problem(detail, statusCode: status, title: ReasonPhrases.GetReasonPhrase(status), extensions: [new("code", code)]);

    /// <summary>400 for one bad field of the input.</summary>
    public static ProblemHttpResult Invalid(string field, string message, string code = "invalidRequest") =>
        Invalid(new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] }, code);

    /// <summary>400 with every bad field of the input.</summary>
    public static ProblemHttpResult Invalid(IDictionary<string, string[]> errors, string code = "invalidRequest") =>
        TypedResults.Problem(
            string.Join(' ', errors.SelectMany(field => field.Value)),
            statusCode: StatusCodes.Status400BadRequest,
            title: ReasonPhrases.GetReasonPhrase(StatusCodes.Status400BadRequest),
            extensions: [new("code", code), new("errors", errors)]);

    /// <summary>404: there is no such job, item, channel …</summary>
    public static ProblemHttpResult NotFound(string? detail = null) => Of(StatusCodes.Status404NotFound, "notFound", detail);

    /// <summary>409: the state does not allow it.</summary>
    public static ProblemHttpResult Conflict(string code, string detail) => Of(StatusCodes.Status409Conflict, code, detail);

    /// <summary>A problem for a status that carries no better code.</summary>
    public static ProblemHttpResult OfStatus(int status) => Of(status, CodeOf(status));

    /// <summary>The code of an answer that says no more than its status.</summary>
    public static string CodeOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "badRequest",
        StatusCodes.Status401Unauthorized => "unauthorized",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "notFound",
        StatusCodes.Status405MethodNotAllowed => "methodNotAllowed",
        StatusCodes.Status408RequestTimeout => "requestTimeout",
        StatusCodes.Status409Conflict => "conflict",
        StatusCodes.Status412PreconditionFailed => "preconditionFailed",
        StatusCodes.Status416RangeNotSatisfiable => "rangeNotSatisfiable",
        StatusCodes.Status413PayloadTooLarge => "bodyTooLarge",
        StatusCodes.Status415UnsupportedMediaType => "unsupportedMediaType",
        StatusCodes.Status414UriTooLong => "urlTooLong",
        StatusCodes.Status429TooManyRequests => "tooManyRequests",
        StatusCodes.Status431RequestHeaderFieldsTooLarge => "headersTooLarge",
        StatusCodes.Status503ServiceUnavailable => "unavailable",
        < StatusCodes.Status500InternalServerError => "requestRefused",
        _ => "internalError",
    };
}
