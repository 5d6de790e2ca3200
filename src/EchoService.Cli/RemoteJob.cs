using System.Globalization;
using System.Text.Json;

namespace EchoService.Cli;

/// <summary>A job as a service tells it.</summary>
internal sealed record RemoteJob(JsonElement Json)
{
    public string Id => Json.GetProperty("id").GetString()!;

    public string State => Json.GetProperty("state").GetString()!;

    public bool Ended => State is "completed" or "cancelled";

    public int Total => Json.GetProperty("total").GetInt32();

    public long Bytes => Json.GetProperty("bytes").GetInt64();

    public int EndedItems => Total - Count("queued") - Count("running");

    public bool AllWell => State == "completed" && Count("failed") == 0 && Count("cancelled") == 0;

    public int Count(string state) => Json.GetProperty("counts").GetProperty(state).GetInt32();

    /// <summary>As <c>73 done, 27 failed</c>.</summary>
    public string Counts => string.Join(", ", ((string[])["done", "failed", "skipped", "cancelled", "running", "queued"])
        .Where(state => state == "done" || Count(state) > 0).Select(state => $"{Count(state)} {state}"));

    public string Took => Json.GetProperty("took") is { ValueKind: JsonValueKind.Number } took
        ? string.Create(CultureInfo.InvariantCulture, $"Took {took.GetDouble():0.00} seconds")
        : "Took no time";
}
