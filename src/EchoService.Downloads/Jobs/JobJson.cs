using System.Text.Json;
using System.Text.Json.Serialization;

namespace EchoService.Downloads.Jobs;

/// <summary>Jobs and items as JSON where no HTTP endpoint writes them: in event streams, for webhooks and for the operator's command.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(JobAnswer))]
[JsonSerializable(typeof(JobDelta))]
internal sealed partial class JobJson : JsonSerializerContext
{
    public static byte[] Write(JobAnswer job) => JsonSerializer.SerializeToUtf8Bytes(job, Default.JobAnswer);

    public static byte[] Write(JobDelta delta) => JsonSerializer.SerializeToUtf8Bytes(delta, Default.JobDelta);
}

/// <summary>What has changed in a job since the event before.</summary>
/// <param name="BytesPerSecond">Over the last five seconds.</param>
/// <param name="SecondsLeft">At the pace of the last ten seconds; null: not to be told.</param>
/// <param name="Items">Items that changed, as they are now.</param>
/// <param name="Resync">True: more changed than fits; <c>Items</c> is empty, list them anew.</param>
internal sealed record JobDelta(
    string State, JobCounts Counts, long Bytes, double BytesPerSecond, double? SecondsLeft, IReadOnlyList<ItemAnswer> Items, bool Resync);
