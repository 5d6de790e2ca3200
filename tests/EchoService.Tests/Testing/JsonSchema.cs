using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EchoService.Tests.Testing;

/// <summary>The part of JSON Schema that an API description uses: what in a value does not fit.</summary>
public sealed class JsonSchema(JsonElement document)
{
    public IReadOnlyList<string> Check(JsonElement schema, JsonElement value)
    {
        var faults = new List<string>();
        Check(schema, value, "$", faults);
        return faults;
    }

    private void Check(JsonElement schema, JsonElement value, string at, List<string> faults)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            Check(Resolve(reference.GetString()!), value, at, faults);
            return;
        }

        foreach (var choice in (string[])["oneOf", "anyOf"])
        {
            if (schema.TryGetProperty(choice, out var choices) && !choices.EnumerateArray().Any(one => Check(one, value).Count == 0))
            {
                faults.Add($"{at} fits none of {choice}");
            }
        }

        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(name => IsOf(name, value)))
        {
            faults.Add($"{at} is {value.ValueKind}, not {type}");
        }

        if (schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)))
        {
            faults.Add($"{at} is {value}, not one of {values}");
        }

        if (schema.TryGetProperty("pattern", out var pattern) && value.ValueKind == JsonValueKind.String
            && !Regex.IsMatch(value.GetString()!, pattern.GetString()!, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(30)))
        {
            faults.Add($"{at} is '{value}', not as {pattern}");
        }

        CheckParts(schema, value, at, faults);
    }

    private void CheckParts(JsonElement schema, JsonElement value, string at, List<string> faults)
    {
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var (n, item) in value.EnumerateArray().Index())
            {
                Check(items, item, $"{at}[{n}]", faults);
            }
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()!) : [];
        faults.AddRange(required.Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{at} lacks {name}"));
        var known = schema.TryGetProperty("properties", out var properties);
        foreach (var property in value.EnumerateObject())
        {
            if (known && properties.TryGetProperty(property.Name, out var its))
            {
                Check(its, property.Value, $"{at}.{property.Name}", faults);
            }
            else if (schema.TryGetProperty("additionalProperties", out var others) && others.ValueKind == JsonValueKind.Object)
            {
                Check(others, property.Value, $"{at}.{property.Name}", faults);
            }
            else if (known)
            {
                faults.Add($"{at}.{property.Name} is not described");
            }
        }
    }

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!];

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "array" => value.ValueKind == JsonValueKind.Array,
        _ => value.ValueKind == JsonValueKind.Object,
    };

    private JsonElement Resolve(string reference) => reference.Split('/').Skip(1).Aggregate(document, (at, name) =>
        at.ValueKind == JsonValueKind.Array ? at[int.Parse(name, CultureInfo.InvariantCulture)] : at.GetProperty(name));
}
