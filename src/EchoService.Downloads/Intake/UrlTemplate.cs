using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace EchoService.Downloads.Intake;

/// <summary>A URL with placeholders, <c>http://host/{cc}/{cc}.gif</c>: RFC 6570's simple expansion (level 1), values percent-encoded.</summary>
internal sealed partial class UrlTemplate
{
    private readonly string _text;

    private UrlTemplate(string text)
    {
        _text = text;
        Names = [.. Placeholder().Matches(text).Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The placeholders' names, each once, in order.</summary>
    public IReadOnlyList<string> Names { get; }

    public static bool TryParse(string text, [NotNullWhen(true)] out UrlTemplate? template, [NotNullWhen(false)] out string? reason)
    {
        template = new UrlTemplate(text);
        reason = Placeholder().Replace(text, "").IndexOfAny(['{', '}']) >= 0 ? "A brace has no partner, or a placeholder's name holds other characters than letters, digits and '_'."
            : template.Names.Count == 0 ? "The template has no placeholder such as {cc}."
            : null;
        if (reason is not null)
        {
            template = null;
        }

        return reason is null;
    }

    public string Expand(IReadOnlyDictionary<string, string> values) => Placeholder().Replace(_text, match => Uri.EscapeDataString(values[match.Groups["name"].Value]));

    [GeneratedRegex(@"\{(?<name>[A-Za-z0-9_]+)\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
