using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EchoService.Tests.Testing;

/// <summary>Speaks the downloads API as a program of a user would.</summary>
public sealed class DownloadsClient(HttpClient http)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The setting that lets tests fetch from this machine.</summary>
    public static (string Key, string? Value) Loopback => ("Downloads:Egress:AllowedNetworks:0", "127.0.0.0/8");

    /// <summary>Posts a list as JSON. Answers the job's id.</summary>
    public async Task<string> SubmitAsync(IEnumerable<string> urls, object? options = null)
    {
        var body = options is null ? [] : JsonSerializer.SerializeToNode(options)!.AsObject();
        body["urls"] = JsonSerializer.SerializeToNode(urls);
        using var response = await http.PostAsync("/downloads", new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"), Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, text);
        var id = JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
        Assert.Equal($"/downloads/{id}", response.Headers.Location!.OriginalString);
        return id;
    }

    public Task<string> SubmitAsync(IEnumerable<string> paths, Origin origin, object? options = null) =>
        SubmitAsync(paths.Select(path => origin.Url("").AbsoluteUri.TrimEnd('/') + path), options);

    public Task<JsonElement> JobAsync(string id) => GetAsync($"/downloads/{id}");

    public Task<JsonElement> GetAsync(string path) => http.GetFromJsonAsync<JsonElement>(path, Token);

    /// <summary>The digest of what a user is served for an item, whose number counts from 1.</summary>
    public async Task<string> ServedSha256Async(string id, int number)
    {
        await using var content = await http.GetStreamAsync($"/downloads/{id}/items/{number}/content", Token);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, Token));
    }

    /// <summary>Waits until the job has ended. Answers it.</summary>
    public async Task<JsonElement> EndAsync(string id, TimeSpan? within = null)
    {
        var job = default(JsonElement);
        await Eventually.True(
            async () => (job = await JobAsync(id)).GetProperty("state").GetString() is "completed" or "cancelled",
            $"job {id} has ended",
            within ?? TimeSpan.FromSeconds(60));
        return job;
    }

    /// <summary>All items, page by page.</summary>
    public async Task<IReadOnlyList<JsonElement>> ItemsAsync(string id, string query = "")
    {
        var items = new List<JsonElement>();
        string? cursor = "";
        while (cursor is not null)
        {
            var page = await GetAsync($"/downloads/{id}/items?limit=1000&cursor={cursor}&{query}");
            items.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }

        return items;
    }

    public static int Count(JsonElement job, string state) => job.GetProperty("counts").GetProperty(state).GetInt32();

    public static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();
}
