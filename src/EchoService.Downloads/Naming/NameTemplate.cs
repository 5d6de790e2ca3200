using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace EchoService.Downloads.Naming;

/// <summary>What a template's placeholders stand for in one item.</summary>
/// <param name="Suggested">The name without a template (<see cref="SuggestedName"/>).</param>
/// <param name="Number">The item's number in the list, from 1.</param>
/// <param name="Values">The values of the URL template, e.g. <c>cc</c>.</param>
/// <param name="Metadata">The properties of the companion document, as text.</param>
internal sealed record NameParts(
    string Suggested,
    Uri Url,
    long Number,
    IReadOnlyDictionary<string, string>? Values = null,
    Func<string, string?>? Metadata = null);

/// <summary>
/// A job's template for file names: <c>{name}</c> (without its extension), <c>{ext}</c> (without its dot), <c>{host}</c>, <c>{n}</c>,
/// <c>{metadata.&lt;property&gt;}</c>, and the names of the job's own values.
/// </summary>
/// <remarks>A template that names no extension, neither by <c>{ext}</c> nor in its own text, keeps the file's.</remarks>
internal sealed class NameTemplate
{
    /// <summary>Characters. A name has 255 bytes; the placeholders' names may be longer than what they stand for.</summary>
    public const int MaxLength = 1024;

    private const string MetadataPrefix = "metadata.";
    private static readonly string[] Known = ["name", "ext", "host", "n"];
    private readonly List<(bool IsPlaceholder, string Text)> _parts;
    private readonly bool _keepsExtension;

    private NameTemplate(List<(bool IsPlaceholder, string Text)> parts)
    {
        _parts = parts;
        var last = parts[^1];
        _keepsExtension = !parts.Contains((true, "ext")) && (last.IsPlaceholder || !EndsInExtension(last.Text));
    }

    /// <summary>Whether an item needs its companion document before it has a name.</summary>
    public bool NeedsMetadata => _parts.Exists(part => part.IsPlaceholder && IsMetadata(part.Text));

    /// <param name="values">The names that the job's own values have.</param>
    /// <param name="reason">What is wrong, naming the placeholder.</param>
    public static bool TryParse(
        string text,
        IEnumerable<string> values,
        [NotNullWhen(true)] out NameTemplate? template,
        [NotNullWhen(false)] out string? reason)
    {
        template = null;
        var parts = new List<(bool IsPlaceholder, string Text)>();
        reason = text.Length is 0 or > MaxLength ? $"The template must have 1 to {MaxLength} characters." : Split(text, parts);
        var unknown = parts.Find(part => part.IsPlaceholder && !IsMetadata(part.Text) && !Known.Contains(part.Text) && !values.Contains(part.Text));
        reason ??= unknown.IsPlaceholder ? $"The placeholder {{{unknown.Text}}} is unknown." : null;
        if (reason is null)
        {
            template = new NameTemplate(parts);
        }

        return reason is null;
    }

    /// <summary>False when the companion document lacks a property that the name needs.</summary>
    public bool TryRender(NameParts item, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? missing)
    {
        var (stem, extension) = FileName.Split(item.Suggested);
        var text = new StringBuilder();
        (name, missing) = (null, null);
        foreach (var part in _parts)
        {
            var value = part.IsPlaceholder ? ValueOf(part.Text, item, stem, extension) : part.Text;
            if (value is null)
            {
                missing = part.Text;
                return false;
            }

            text.Append(value);
        }

        name = FileName.Sanitise(text + (_keepsExtension ? extension : ""));
        return true;
    }

    private static string? ValueOf(string placeholder, NameParts item, string stem, string extension)
    {
        if (item.Values?.TryGetValue(placeholder, out var own) == true)
        {
            return own;
        }

        return placeholder switch
        {
            "name" => stem,
            "ext" => extension.TrimStart('.'),
            "host" => SuggestedName.Host(item.Url),
            "n" => item.Number.ToString(CultureInfo.InvariantCulture),
            _ when IsMetadata(placeholder) => item.Metadata?.Invoke(placeholder[MetadataPrefix.Length..])?.Replace(' ', '_'),
            _ => null,
        };
    }

    private static bool IsMetadata(string placeholder) =>
        placeholder.StartsWith(MetadataPrefix, StringComparison.Ordinal) && placeholder.Length > MetadataPrefix.Length;

    private static bool EndsInExtension(string text)
    {
        var extension = Path.GetExtension(text);
        return extension.Length is > 1 and <= 17 && extension.Skip(1).All(char.IsAsciiLetterOrDigit) && extension.Any(char.IsAsciiLetter);
    }

    private static string? Split(string text, List<(bool IsPlaceholder, string Text)> parts)
    {
        for (var at = 0; at < text.Length;)
        {
            var brace = text.AsSpan(at).IndexOfAny('{', '}');
            var end = brace < 0 ? text.Length : at + brace;
            if (end > at)
            {
                parts.Add((false, text[at..end]));
            }

            if (end == text.Length)
            {
                break;
            }

            var close = text.IndexOf('}', end);
            if (text[end] == '}' || close < 0 || text.AsSpan(end + 1, close - end - 1).Contains('{'))
            {
                return "The template has a brace without its partner.";
            }

            parts.Add((true, text[(end + 1)..close]));
            at = close + 1;
        }

        return null;
    }
}
