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
[JsonSerializable(typeof(string))]
internal sealed partial class JobOptionsJson : JsonSerializerContext
{
    public static string Write(JobOptions options) => JsonSerializer.Serialize(options, Default.JobOptions);

    public static JobOptions Parse(string json) => json == "{}" ? s_none : JsonSerializer.Deserialize(json, Default.JobOptions)!;

    private static readonly JobOptions s_none = new();
}

/// <summary>Enum values as the contract writes them, numbers refused.</summary>
internal sealed class CamelCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
