using System.Text;
using System.Text.Json;
using EchoService.Auth;

namespace EchoService.Tests.Auth;

/// <summary>An operation of the API's description, with what a valid request for it needs.</summary>
/// <param name="Scope">What it asks for; null: it is open.</param>
public sealed record Operation(string Method, string Path, string? Scope, string? Body)
{
    public bool IsOfAJob => Path.StartsWith("/downloads/{id}", StringComparison.Ordinal);

    public HttpRequestMessage Request(string job) => new(new HttpMethod(Method), Fill(job))
    {
        Content = Body is null ? null : new StringContent(Body, Encoding.UTF8, "application/json"),
    };

    public override string ToString() => $"{Method} {Path}";

    private string Fill(string job) => Path
        .Replace("{id}", Path.StartsWith("/tcp", StringComparison.Ordinal) ? "999999" : job, StringComparison.Ordinal)
        .Replace("{n}", "1", StringComparison.Ordinal)
        .Replace("{name}", "echo", StringComparison.Ordinal)
        + (Path == "/characters" ? "?query=cat" : "");
}

/// <summary>All operations. Their scopes are written down here a second time, so that none can change unnoticed.</summary>
public static class Operations
{
    private static readonly Dictionary<string, (string? Scope, string? Body)> s_known = new(StringComparer.Ordinal)
    {
        ["GET /session"] = (null, null),
        ["POST /session"] = ("any", null),
        ["DELETE /session"] = (null, null),
        ["GET /metrics"] = (null, null),
        ["GET /hello/{name}"] = (null, null),
        ["GET /characters"] = (null, null),
        ["GET /health/live"] = (null, null),
        ["GET /health/ready"] = (null, null),
        ["GET /health/ready/tcp"] = (null, null),
        ["GET /health/ready/downloads"] = (null, null),
        ["POST /downloads"] = (Scope.DownloadsWrite, """{"urls": ["no url"]}"""),
        ["GET /downloads"] = (Scope.DownloadsRead, null),
        ["GET /downloads/{id}"] = (Scope.DownloadsRead, null),
        ["DELETE /downloads/{id}"] = (Scope.DownloadsWrite, null),
        ["POST /downloads/{id}/pause"] = (Scope.DownloadsWrite, null),
        ["POST /downloads/{id}/resume"] = (Scope.DownloadsWrite, null),
        ["POST /downloads/{id}/cancel"] = (Scope.DownloadsWrite, null),
        ["POST /downloads/{id}/retry"] = (Scope.DownloadsWrite, null),
        ["POST /downloads/{id}/items/{n}"] = (Scope.DownloadsWrite, """{"url": "http://example.invalid/"}"""),
        ["GET /downloads/{id}/events"] = (Scope.DownloadsRead, null),
        ["GET /downloads/{id}/items"] = (Scope.DownloadsRead, null),
        ["GET /downloads/{id}/items/{n}/content"] = (Scope.DownloadsRead, null),
        ["GET /downloads/{id}/manifest"] = (Scope.DownloadsRead, null),
        ["GET /downloads/{id}/checksums"] = (Scope.DownloadsRead, null),
        ["GET /downloads/{id}/archive"] = (Scope.DownloadsRead, null),
        ["POST /fetch"] = (Scope.Fetch, """{"url": "http://127.0.0.1:1/"}"""),
        ["GET /tcp/channels"] = (Scope.TcpRead, null),
        ["GET /tcp/connections"] = (Scope.TcpRead, null),
        ["DELETE /tcp/connections/{id}"] = (Scope.TcpWrite, null),
        ["GET /tcp/channels/{name}/faults"] = (Scope.TcpRead, null),
        ["PUT /tcp/channels/{name}/faults"] = (Scope.TcpWrite, """[{"type": "Latency", "delayMs": 1}]"""),
        ["DELETE /tcp/channels/{name}/faults"] = (Scope.TcpWrite, null),
        ["GET /tcp/{name}"] = (Scope.TcpWrite, null),
    };

    public static async Task<IReadOnlyList<Operation>> OfAsync(HttpClient http)
    {
        using var document = JsonDocument.Parse(await http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
        return
        [
            .. document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
                .Select(operation => Known(operation.Name.ToUpperInvariant(), path.Name.Length > 1 ? path.Name.TrimEnd('/') : path.Name))),
        ];
    }

    private static Operation Known(string method, string path)
    {
        Assert.True(s_known.TryGetValue($"{method} {path}", out var known), $"{method} {path} is new: say here which scope it asks for");
        return new Operation(method, path, known.Scope, known.Body);
    }
}
