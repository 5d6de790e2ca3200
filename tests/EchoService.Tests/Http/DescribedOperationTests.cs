using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using EchoService.Tests.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Http;

/// <summary>Every operation of the API's description, driven by what the description says: its parameters, its examples, its answers.</summary>
public sealed class DescribedOperationTests : IAsyncLifetime
{
    private readonly ServiceFixture _service = new(DownloadsClient.Loopback);
    private Origin _origin = null!;
    private HttpClient _http = null!;
    private JsonElement _document;
    private TcpPeer? _peer;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _origin = await Origin.StartAsync(Token);
        _origin.On("/a.pdf", OriginAnswer.File(1, 1000)).On("/", OriginAnswer.Text("a page"));
        _http = _service.CreateClient();
        _document = JsonDocument.Parse(await _http.GetStringAsync("/openapi/v1.json", Token)).RootElement.Clone();
    }

    [Fact]
    public async Task EachIsAnsweredAsDescribed()
    {
        var driven = 0;
        foreach (var path in _document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                foreach (var (mediaType, body) in Bodies(operation.Value))
                {
                    using var request = new HttpRequestMessage(new HttpMethod(operation.Name.ToUpperInvariant()), await FillAsync(operation.Name, path.Name))
                    {
                        Content = body is null ? null : new StringContent(body, Encoding.UTF8, mediaType!),
                    };
                    using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
                    await IsDescribedAsync(operation.Value, response, success: path.Name != "/tcp/{name}");
                    driven++;
                }
            }
        }

        Assert.InRange(driven, 35, 200);
    }

    [Fact]
    public void EachTellsItsKeyItsErrorsAndAnExampleOfItsBody()
    {
        foreach (var path in _document.GetProperty("paths").EnumerateObject())
        {
            foreach (var (name, operation) in path.Value.EnumerateObject().Select(operation => ($"{operation.Name} {path.Name}", operation.Value)))
            {
                Assert.True(operation.TryGetProperty("summary", out _), $"{name} has no summary");
                Assert.All(Bodies(operation), body => Assert.True(body.MediaType is null || body.Text is not null, $"{name} has no example as {body.MediaType}"));
                var responses = operation.GetProperty("responses").EnumerateObject().ToList();
                foreach (var status in (string[])["400", "403", "414", "415", "429", "431", "500", "503"])
                {
                    Assert.Contains(responses, response => response.Name == status);
                }

                Assert.Equal(operation.TryGetProperty("security", out _), responses.Any(response => response.Name == "401"));
                foreach (var problem in responses.Where(response => response.Value.TryGetProperty("content", out var content) && content.TryGetProperty("application/problem+json", out _)))
                {
                    var example = problem.Value.GetProperty("content").GetProperty("application/problem+json").GetProperty("example");
                    Assert.Equal(problem.Name, example.GetProperty("status").GetInt32().ToString(CultureInfo.InvariantCulture));
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _peer?.Dispose();
        _http.Dispose();
        await _origin.DisposeAsync();
        await _service.DisposeAsync();
    }

    private IEnumerable<(string? MediaType, string? Text)> Bodies(JsonElement operation)
    {
        if (!operation.TryGetProperty("requestBody", out var body))
        {
            return [(null, null)];
        }

        return body.GetProperty("content").EnumerateObject().Select(content =>
        {
            var text = !content.Value.TryGetProperty("example", out var example) ? null
                : example.ValueKind == JsonValueKind.String ? example.GetString() : example.GetRawText();
            return ((string?)content.Name, text?.Replace("https://example.org", _origin.Address.AbsoluteUri.TrimEnd('/'), StringComparison.Ordinal));
        });
    }

    /// <summary>Each operation gets a job in a state in which it can be done.</summary>
    private async Task<string> FillAsync(string method, string path)
    {
        var filled = path.Replace("{name}", path.StartsWith("/tcp", StringComparison.Ordinal) ? "echo" : "World", StringComparison.Ordinal)
            .Replace("{n}", "1", StringComparison.Ordinal) + (path == "/characters" ? "?query=cat" : "");
        if (!path.Contains("{id}", StringComparison.Ordinal))
        {
            return filled;
        }

        if (path.StartsWith("/tcp", StringComparison.Ordinal))
        {
            return filled.Replace("{id}", await ConnectionAsync(), StringComparison.Ordinal);
        }

        return filled.Replace("{id}", await JobAsync(method, path), StringComparison.Ordinal);
    }

    private async Task<string> JobAsync(string method, string path)
    {
        var downloads = new DownloadsClient(_http);
        var last = path.Split('/')[^1];
        if (last is "pause" or "resume" or "cancel")
        {
            _origin.On("/slow", new OriginAnswer { HangBeforeHeaders = true });
            var running = await downloads.SubmitAsync(["/slow"], _origin);
            if (last == "resume")
            {
                using var paused = await _http.PostAsync($"/downloads/{running}/pause", null, Token);
            }

            return running;
        }

        var failing = last == "retry" || (method == "post" && last == "{n}");
        var id = await downloads.SubmitAsync([failing ? "/missing" : "/a.pdf"], _origin);
        await downloads.EndAsync(id);
        return id;
    }

    private async Task<string> ConnectionAsync()
    {
        _peer = await TcpPeer.ConnectAsync(_service);
        var id = "";
        await Eventually.Passes(async () => id = (await new DownloadsClient(_http).GetAsync("/tcp/connections")).GetProperty("items")[0].GetProperty("id").GetString()!);
        return id;
    }

    private async Task IsDescribedAsync(JsonElement operation, HttpResponseMessage response, bool success)
    {
        var what = $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri} answered {(int)response.StatusCode}";
        Assert.True(!success || response.IsSuccessStatusCode, what + await TextAsync(response));
        Assert.True(
            operation.GetProperty("responses").TryGetProperty(((int)response.StatusCode).ToString(CultureInfo.InvariantCulture), out var described), $"{what}, which is not described");
        if (response.StatusCode == HttpStatusCode.NoContent || !described.TryGetProperty("content", out var contents))
        {
            return;
        }

        var type = response.Content.Headers.ContentType!.MediaType!;
        if (!contents.TryGetProperty(type, out var content))
        {
            // Files and pages have their own types.
            Assert.True(contents.TryGetProperty("application/octet-stream", out content), $"{what} as {type}, which is not described");
            return;
        }

        if (type.EndsWith("json", StringComparison.Ordinal) && content.TryGetProperty("schema", out var schema))
        {
            var faults = new JsonSchema(_document).Check(schema, JsonDocument.Parse(await TextAsync(response)).RootElement);
            Assert.True(faults.Count == 0, $"{what}: {string.Join("; ", faults)}");
        }
    }

    private static Task<string> TextAsync(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType == "text/event-stream" ? Task.FromResult("") : response.Content.ReadAsStringAsync(Token);
}
