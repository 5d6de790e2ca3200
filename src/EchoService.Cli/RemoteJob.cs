using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace EchoService.Cli;

/// <summary>A job as a service tells it.</summary>
internal sealed record RemoteJob(JsonElement Json)
{
    public string Id => Json.GetProperty("id").GetString()!;

    public string State => Json.GetProperty("state").GetString()!;

    public bool AllWell => State == "completed" && Count("failed") == 0 && Count("cancelled") == 0;

    public int Count(string state) => Json.GetProperty("counts").GetProperty(state).GetInt32();

    /// <summary>As <c>73 done, 27 failed</c>.</summary>
    public string Counts => string.Join(", ", ((string[])["done", "failed", "skipped", "cancelled", "running", "queued"])
        .Where(state => state == "done" || Count(state) > 0).Select(state => $"{Count(state)} {state}"));

    public string Took => Json.GetProperty("took") is { ValueKind: JsonValueKind.Number } took
        ? string.Create(CultureInfo.InvariantCulture, $"Took {took.GetDouble():0.00} seconds")
        : "Took no time";

    public static string PathOf(string id) => $"downloads/{Uri.EscapeDataString(id)}";

    /// <param name="state">Only items in this state; null: all.</param>
    public static async IAsyncEnumerable<EndedItem> ItemsAsync(ServerClient client, string id, string? state, [EnumeratorCancellation] CancellationToken token)
    {
        for (string? cursor = null; ;)
        {
            var page = await client.GetAsync(
                $"{PathOf(id)}/items?limit=1000{(state is null ? "" : $"&state={state}")}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}", token);
            foreach (var item in page.GetProperty("items").EnumerateArray())
            {
                yield return EndedItem.Of(item);
            }

            if ((cursor = page.GetProperty("nextCursor").GetString()) is null)
            {
                yield break;
            }
        }
    }
}
