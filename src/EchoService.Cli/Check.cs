using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace EchoService.Cli;

/// <summary>Checks of what is given, in words for the person who gave it.</summary>
internal static class Check
{
    /// <summary>Seconds that a timer can wait: 11 days.</summary>
    public const double MostSeconds = 1_000_000;

    /// <summary>The option takes a number within these bounds.</summary>
    public static void Within<T>(Option<T> option, T least, T most)
        where T : struct, INumber<T> => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && Problem(token.Value, least, most) is { } problem)
        {
            result.AddError($"{option.Name} {problem}");
        }
    });

    public static void Within<T>(Argument<T> argument, T least, T most)
        where T : struct, INumber<T> => argument.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && Problem(token.Value, least, most) is { } problem)
        {
            result.AddError($"{argument.Name} {problem}");
        }
    });

    /// <summary>The option takes one of these words.</summary>
    public static void OneOf(Option<string?> option, params string[] words)
    {
        option.CompletionSources.Add(words);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !words.Contains(token.Value, StringComparer.Ordinal))
            {
                result.AddError($"{option.Name} takes {string.Join(", ", words[..^1])} or {words[^1]}, not '{token.Value}'.");
            }
        });
    }

    private static string? Problem<T>(string text, T least, T most)
        where T : struct, INumber<T>
    {
        var whole = typeof(T) == typeof(int);
        var style = whole ? NumberStyles.AllowLeadingSign : NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (!T.TryParse(text, style, CultureInfo.InvariantCulture, out var value))
        {
            return $"takes a {(whole ? "whole " : "")}number, not '{text}'.";
        }

        return value >= least && value <= most ? null : string.Create(CultureInfo.InvariantCulture, $"must lie between {least} and {most}.");
    }
}
