using System.Text.Json;
using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Intake;

/// <summary>
/// A list made of <c>urlTemplate</c> and <c>values</c>: an array of strings where the template has one placeholder, or of
/// objects with a string for each. <c>metadataUrl</c> is filled from the same values.
/// </summary>
internal static class TemplateList
{
    public const string Values = "values";

    /// <exception cref="ListException">Template and values do not fit together.</exception>
    public static async Task ReadAsync(JobOptions options, JsonElement values, ListReceiver receiver)
    {
        var url = Parse("urlTemplate", options.UrlTemplate);
        var companion = options.MetadataUrl is { } text ? Parse("metadataUrl", text) : null;
        if (values.ValueKind != JsonValueKind.Array)
        {
            throw Invalid(Values, "This must be an array of strings, or of objects with a string for each placeholder.");
        }

        var number = 0;
        foreach (var value in values.EnumerateArray())
        {
            var filled = Fill(value, [.. url.Names.Union(companion?.Names ?? [], StringComparer.Ordinal)]);
            await (filled is null
                ? receiver.AddAsync(++number, value.ToString(), "The value does not fit the template's placeholders.")
                : receiver.AddAsync(++number, url.Expand(filled), null, new ItemOptions { Values = filled, MetadataUrl = companion?.Expand(filled) }));
        }
    }

    private static UrlTemplate Parse(string field, string? text) =>
        text is null ? throw Invalid(field, "This is needed beside 'values'.")
        : UrlTemplate.TryParse(text, out var template, out var reason) ? template
        : throw Invalid(field, reason);

    private static Dictionary<string, string>? Fill(JsonElement value, IReadOnlyList<string> names) => value.ValueKind switch
    {
        JsonValueKind.String when names.Count == 1 => new(StringComparer.Ordinal) { [names[0]] = value.GetString()! },
        JsonValueKind.Object when names.All(name => value.TryGetProperty(name, out var one) && one.ValueKind == JsonValueKind.String) =>
            names.ToDictionary(name => name, name => value.GetProperty(name).GetString()!, StringComparer.Ordinal),
        _ => null,
    };

    private static ListException Invalid(string field, string problem) =>
        new("invalidOptions", $"{field}: {problem}", new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [problem] });
}
