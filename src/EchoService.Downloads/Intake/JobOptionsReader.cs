using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Intake;

/// <summary>Job options from JSON properties or from query parameters, with what is wrong told field by field.</summary>
internal static class JobOptionsReader
{
    private static readonly Dictionary<string, JsonPropertyInfo> s_known =
        JobOptionsJson.Default.JobOptions.Properties.ToDictionary(property => property.Name, StringComparer.Ordinal);

    /// <exception cref="ListException">Code <c>invalidOptions</c>.</exception>
    public static JobOptions Read(IEnumerable<KeyValuePair<string, JsonElement>> given)
    {
        var properties = given.ToList();
        var errors = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var (name, value) in properties)
        {
            if (Problem(name, value) is { } problem)
            {
                errors[name] = [problem];
            }
        }

        ThrowOn(errors);
        var options = Parse(properties);
        foreach (var (field, problem) in JobOptionsRules.Check(options))
        {
            errors[field] = [problem];
        }

        ThrowOn(errors);
        return options;
    }

    /// <summary>Options beside a list that is no JSON: query parameters.</summary>
    public static JobOptions ReadText(IEnumerable<KeyValuePair<string, string>> parameters) =>
        Read(parameters.Select(parameter => KeyValuePair.Create(parameter.Key, Element(parameter.Key, parameter.Value))));

    private static JsonElement Element(string name, string text)
    {
        var number = s_known.TryGetValue(name, out var property) && property.PropertyType != typeof(string)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        using var document = JsonDocument.Parse(number && TryNumber(text) ? text : JsonSerializer.Serialize(text, JobOptionsJson.Default.String));
        return document.RootElement.Clone();
    }

    private static bool TryNumber(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? Problem(string name, JsonElement value)
    {
        if (!s_known.TryGetValue(name, out var property))
        {
            return $"There is no such option. Options are: {string.Join(", ", s_known.Keys)}.";
        }

        try
        {
            Parse([KeyValuePair.Create(name, value)]);
            return null;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // the latter: half a surrogate pair
        {
            return $"This must be {Shape(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType)}.";
        }
    }

    private static string Shape(Type type) => type switch
    {
        _ when type == typeof(string) => "a string",
        _ when type == typeof(int) || type == typeof(long) => "a whole number",
        _ when type == typeof(double) => "a number",
        _ when type == typeof(DateTimeOffset) => "a time as 2026-01-31T12:00:00Z",
        { IsEnum: true } => "one of " + string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName)),
        _ => "an object whose values are strings",
    };

    private static JobOptions Parse(IEnumerable<KeyValuePair<string, JsonElement>> properties)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in properties)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return JsonSerializer.Deserialize(buffer.ToArray(), JobOptionsJson.Default.JobOptions)!;
    }

    private static void ThrowOn(IReadOnlyDictionary<string, string[]> errors)
    {
        if (errors.Count > 0)
        {
            throw new ListException("invalidOptions", "Some options are not valid: " + string.Join(", ", errors.Keys) + ".", errors);
        }
    }
}
