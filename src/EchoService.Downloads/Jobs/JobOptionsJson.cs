using System.Text.Json;
using System.Text.Json.Serialization;

namespace EchoService.Downloads.Jobs;

/// <summary>Job options as JSON: in requests, in answers and in the store.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    NumberHandling = JsonNumberHandling.Strict,
    PropertyNameCaseInsensitive = false,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(JobOptions))]
[JsonSerializable(typeof(ItemOptions))]
[JsonSerializable(typeof(string))]
internal sealed partial class JobOptionsJson : JsonSerializerContext
{
    public static string Write(JobOptions options) => JsonSerializer.Serialize(options, Default.JobOptions);

    public static string? Write(ItemOptions? options) => options is null ? null : JsonSerializer.Serialize(options, Default.ItemOptions);

    public static ItemOptions? ParseItem(string? json) => json is null ? null : JsonSerializer.Deserialize(json, Default.ItemOptions);

    public static JobOptions Parse(string json) => json == "{}" ? s_none : JsonSerializer.Deserialize(json, Default.JobOptions)!;

    private static readonly JobOptions s_none = new();
}

/// <summary>Enum values as the contract writes them, numbers refused.</summary>
internal sealed class CamelCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
