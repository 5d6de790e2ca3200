using EchoService.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EchoService.Downloads;

/// <summary>The query parameter <c>errorCode</c>.</summary>
internal static class ErrorCodeText
{
    private static readonly Dictionary<string, ErrorCode> s_codes = Enum.GetValues<ErrorCode>().ToDictionary(code => code.Text(), StringComparer.Ordinal);

    public static ProblemHttpResult Unknown => Problem.Invalid("errorCode", $"errorCode must be one of {string.Join(", ", s_codes.Keys)}.");

    /// <summary>False: there is no such code. None given is none asked for.</summary>
    public static bool TryRead(string? text, out ErrorCode? code)
    {
        code = text is not null && s_codes.TryGetValue(text, out var known) ? known : null;
        return text is null || code is not null;
    }
}
