using System.Text.Json;
using EchoService.Tcp.Faults;

namespace EchoService.Tcp;

/// <summary>Reads a list of faults by hand, so that every wrong field is told by its name and place (<c>[1].delayMs</c>), all of them at once.</summary>
internal sealed class FaultsBody
{
    private static readonly Dictionary<string, Func<FaultOptions, JsonElement, string?>> Fields = new(StringComparer.Ordinal)
    {
        ["type"] = (fault, value) => Name<FaultType>(value, type => fault.Type = type),
        ["delayMs"] = (fault, value) => Number(value, number => fault.DelayMs = number),
        ["jitterMs"] = (fault, value) => Number(value, number => fault.JitterMs = number),
        ["bytesPerSecond"] = (fault, value) => Whole(value, number => fault.BytesPerSecond = number),
        ["bytes"] = (fault, value) => Whole(value, number => fault.Bytes = number),
        ["sliceBytes"] = (fault, value) => Whole(value, number => fault.SliceBytes = number),
        ["afterMs"] = (fault, value) => Number(value, number => fault.AfterMs = number),
        ["direction"] = (fault, value) => Name<FaultDirection>(value, direction => fault.Direction = direction),
        ["probability"] = (fault, value) => Number(value, number => fault.Probability = number),
        ["seed"] = (fault, value) => Whole(value, number => fault.Seed = number),
        ["clients"] = Texts,
    };

    private readonly Dictionary<string, List<string>> _errors = new(StringComparer.Ordinal);
    private readonly List<FaultOptions> _faults = [];

    private FaultsBody(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Array)
        {
            Add("faults", "The body must be an array of faults.");
        }
        else if (body.GetArrayLength() > FaultRules.MostFaults)
        {
            Add("faults", $"There must be at most {FaultRules.MostFaults} faults.");
        }
        else
        {
            foreach (var (n, element) in body.EnumerateArray().Index())
            {
                ReadFault($"[{n}]", element);
            }
        }
    }

    public IReadOnlyList<FaultOptions> Faults => _faults;

    /// <summary>By field; none when the list can be used.</summary>
    public IDictionary<string, string[]> Errors => _errors.ToDictionary(error => error.Key, error => error.Value.ToArray(), StringComparer.Ordinal);

    public static FaultsBody Read(JsonElement body) => new(body);

    private static string? Name<T>(JsonElement value, Action<T> set)
        where T : struct, Enum
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        if (!text.All(char.IsAsciiLetter) || !Enum.TryParse<T>(text, ignoreCase: true, out var found))
        {
            return typeof(T) == typeof(FaultType) ? $"must be one of {string.Join(", ", FaultRules.Types(http: false))}" : "must be in or out";
        }

        set(found);
        return null;
    }

    private static string? Number(JsonElement value, Action<double> set)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number))
        {
            return "must be a number";
        }

        set(number);
        return null;
    }

    private static string? Whole(JsonElement value, Action<long> set)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number))
        {
            return "must be a whole number";
        }

        set(number);
        return null;
    }

    private static string? Texts(FaultOptions fault, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(text => text.ValueKind != JsonValueKind.String))
        {
            return "must be an array of networks such as \"10.0.0.0/8\"";
        }

        foreach (var text in value.EnumerateArray())
        {
            fault.Clients.Add(text.GetString()!);
        }

        return null;
    }

    private void ReadFault(string place, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            Add(place, $"{place} must be a fault, an object with a type.");
            return;
        }

        var fault = new FaultOptions();
        var before = _errors.Count;
        foreach (var property in element.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null))
        {
            var wrong = Fields.TryGetValue(property.Name, out var read) ? read(fault, property.Value) : $"is not a field of a fault: it has {string.Join(", ", Fields.Keys)}";
            Add($"{place}.{property.Name}", wrong is null ? null : $"{place}.{property.Name} {wrong}.");
        }

        if (_errors.Count == before)
        {
            foreach (var failure in FaultRules.Check(fault, http: false))
            {
                var field = $"{place}.{JsonNamingPolicy.CamelCase.ConvertName(failure.Field)}";
                Add(field, $"{field} {failure.Demand}.");
            }
        }

        _faults.Add(fault);
    }

    private void Add(string field, string? error)
    {
        if (error is not null)
        {
            (_errors.TryGetValue(field, out var errors) ? errors : _errors[field] = []).Add(error);
        }
    }
}
