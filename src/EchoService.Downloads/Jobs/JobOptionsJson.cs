using System.Globalization;
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

/// <summary>A time with its offset, or without one in UTC (never the machine's own zone); written in UTC.</summary>
internal sealed class UtcTime : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
        && DateTimeOffset.TryParse(reader.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value.UtcDateTime);
}
