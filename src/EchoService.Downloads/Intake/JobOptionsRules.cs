using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Naming;

namespace EchoService.Downloads.Intake;

/// <summary>Ranges of job options.</summary>
internal static class JobOptionsRules
{
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

        UrlTemplate? urls = null;
        if (options.UrlTemplate is { } text && !UrlTemplate.TryParse(text, out urls, out var fault))
        {
            yield return ("urlTemplate", fault);
        }

        if (options.FileName is { } template && !NameTemplate.TryParse(template, urls?.Names ?? [], out _, out var problem))
        {
            yield return ("fileName", problem);
        }

        if (options.OnComplete is { } webhook && !FetchUrl.TryParse(webhook, out _, out var refusal))
        {
            yield return ("onComplete", refusal);
        }

        if (options.Headers is { } headers && HeaderRules.Problem(headers) is { } header)
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
}
