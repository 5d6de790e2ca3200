using EchoService.Downloads.Jobs;
using EchoService.Downloads.Naming;

namespace EchoService.Downloads.Intake;

/// <summary>Ranges of job options, and the headers that a job may set.</summary>
internal static class JobOptionsRules
{
    private const int MaxHeaders = 50;
    private const int MaxHeaderBytes = 8192;

    // These frame the message or belong to the engine (ranges, encodings): a job that set them would break both.
    private static readonly HashSet<string> s_reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "TE", "Trailer", "Keep-Alive", "Proxy-Authorization",
        "Proxy-Connection", "Range", "If-Range", "Accept-Encoding", "Expect",
    };

    /// <returns>Field and problem, for each that is wrong.</returns>
    public static IEnumerable<(string Field, string Problem)> Check(JobOptions options)
    {
        if (options.Name is { } name && (name.Length > 200 || name.Any(char.IsControl)))
        {
            yield return ("name", "At most 200 characters, none of them control characters.");
        }

        foreach (var (field, value, least, most) in Numbers(options))
        {
            if (value < least || value > most || value is double.NaN)
            {
                yield return (field, $"This must lie between {least} and {most}.");
            }
        }

        if (options.FileName is { } template && !NameTemplate.TryParse(template, [], out _, out var problem))
        {
            yield return ("fileName", problem);
        }

        if (options.Headers is { } headers && HeaderProblem(headers) is { } header)
        {
            yield return ("headers", header);
        }
    }

    private static IEnumerable<(string Field, double? Value, double Least, double Most)> Numbers(JobOptions options) =>
    [
        ("concurrency", options.Concurrency, 1, 10_000),
        ("perHost", options.PerHost, 1, 10_000),
        ("attempts", options.Attempts, 1, 100),
        ("timeoutSeconds", options.TimeoutSeconds, 0.001, 604_800),
        ("maxBytes", options.MaxBytes, 1, long.MaxValue),
    ];

    private static string? HeaderProblem(IReadOnlyDictionary<string, string> headers)
    {
        if (headers.Count > MaxHeaders || headers.Sum(header => header.Key.Length + header.Value.Length) > MaxHeaderBytes)
        {
            return "At most 50 headers of 8 KiB together.";
        }

        foreach (var (name, value) in headers)
        {
            if (name.Length == 0 || !name.All(IsTokenCharacter))
            {
                return $"'{name}' is no header name.";
            }

            if (s_reserved.Contains(name))
            {
                return $"'{name}' is set by the service itself.";
            }

            if (value.Any(character => character != '\t' && (char.IsControl(character) || character > '~')))
            {
                return $"The value of '{name}' may hold printable ASCII only.";
            }
        }

        return null;
    }

    /// <summary>RFC 9110, 5.6.2.</summary>
    private static bool IsTokenCharacter(char character) =>
        char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character, StringComparison.Ordinal);
}
