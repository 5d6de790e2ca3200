using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using EchoService.Tests.Testing;
using Microsoft.Extensions.Logging;

namespace EchoService.Tests.Http;

/// <summary>
/// Requests made from the API's description and spoilt at random, on jobs that earlier ones have made: nothing is answered with an error of ours,
/// with a status that is not described, or with an error that is no problem. Seconds; with ECHOSERVICE_SOAK=1 ten minutes.
/// </summary>
public sealed class ApiFuzzTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_length = Environment.GetEnvironmentVariable("ECHOSERVICE_SOAK") == "1" ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(8);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NoRequestIsAnsweredWithAnErrorOfOurs()
    {
        using var service = new ServiceFixture(("Http:Limits:RequestsPerSecond", "0"));
        using var http = service.CreateClient();
        var document = JsonDocument.Parse(await http.GetStringAsync("/openapi/v1.json", Token)).RootElement;
        var seed = Environment.TickCount;
        var statuses = new SortedDictionary<int, int>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(n => FuzzAsync(http, new FuzzedRequests(document, new Random(seed + n)), seed, statuses)));

        output.WriteLine($"seed {seed}: " + string.Join(", ", statuses.Select(status => $"{status.Key}: {status.Value}")));
        Assert.InRange(statuses.Count, 6, 100);
        Assert.DoesNotContain(service.Logs.Lines, line => line.Level >= LogLevel.Error);
    }

    private static async Task FuzzAsync(HttpClient http, FuzzedRequests requests, int seed, SortedDictionary<int, int> statuses)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < s_length)
        {
            var (operation, request) = requests.Next();
            using (request)
            {
                var what = $"{request.Method} {request.RequestUri} {await TextAsync(request.Content)} (seed {seed})";
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
                var status = (int)response.StatusCode;
                lock (statuses)
                {
                    statuses[status] = statuses.GetValueOrDefault(status) + 1;
                }

                // A fetch may find that its page is not to be had, and says so.
                Assert.True(status is < 500 or 502 or 504, $"{status} for {what}");
                Assert.True(IsRouted(response) || operation.GetProperty("responses").TryGetProperty(status.ToString(CultureInfo.InvariantCulture), out _), $"{status} is not described for {what}");
                if (status >= 400)
                {
                    var body = await response.Content.ReadAsStringAsync(Token);
                    var fault = ProblemCheck.Fault(status, response.Content.Headers.ContentType?.MediaType, WithoutOurWords(body, what));
                    Assert.True(fault is null, $"{fault} for {what}");
                }
                else if (status == 202)
                {
                    requests.Learn(JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token)).RootElement);
                }
            }
        }
    }

    /// <summary>A spoilt path may lead to no operation, or to another one.</summary>
    private static bool IsRouted(HttpResponseMessage response) => response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed;

    /// <summary>What a problem repeats of the request is not of our inside.</summary>
    private static string WithoutOurWords(string body, string what) => what.Contains("127.0.0.1", StringComparison.Ordinal) ? body.Replace("127.0.0.1", "", StringComparison.Ordinal) : body;

    private static async Task<string> TextAsync(HttpContent? content)
    {
        var text = content is null ? "" : $"{content.Headers.ContentType} {Encoding.Latin1.GetString(await content.ReadAsByteArrayAsync(Token))}";
        return text.Length > 2000 ? text[..2000] : text;
    }
}

/// <summary>Makes requests from the examples and parameters of an API's description, and spoils most of them a little.</summary>
internal sealed class FuzzedRequests(JsonElement document, Random random)
{
    private static readonly string[] s_texts =
        ["", "0", "-1", "1", "99999999999999999999", "1e400", "NaN", "true", "null", "a b", "\u0000", "\u263a", "'; DROP TABLE jobs; --", "../../etc/passwd", "%2e%2e%2f", "running", "invalidUrl", "echo", "{}", "\ud83d\ude00", "http://127.0.0.1:9/", "http://a.invalid/"];

    private static readonly string[] s_types = ["application/json", "text/plain", "application/x-ndjson", "text/html", "application/json; charset=utf-16", "multipart/form-data", "x"];

    private readonly (string Method, string Path, JsonElement Operation)[] _operations =
    [
        .. document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
            .Where(operation => operation.Name != "parameters")
            .Select(operation => (operation.Name.ToUpperInvariant(), path.Name, operation.Value))),
    ];

    private readonly List<string> _jobs = ["0123456789abcdef0123456789abcdef"];

    /// <summary>A job that a request has made: later ones are about it.</summary>
    public void Learn(JsonElement answer)
    {
        if (answer.TryGetProperty("id", out var id))
        {
            _jobs.Add(id.GetString()!);
            if (_jobs.Count > 50)
            {
                _jobs.RemoveAt(1);
            }
        }
    }

    public (JsonElement Operation, HttpRequestMessage Request) Next()
    {
        var (method, path, operation) = _operations[random.Next(_operations.Length)];
        var request = new HttpRequestMessage(new HttpMethod(method), Fill(path) + Query(operation));
        if (random.Next(3) == 0 && path == "/downloads")
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", random.Next(2) == 0 ? $"key-{random.Next(20)}" : string.Concat(Text().Where(c => c is >= ' ' and <= '~')));
        }

        if (operation.TryGetProperty("requestBody", out var body) || random.Next(20) == 0)
        {
            request.Content = Body(body);
        }

        return (operation, request);
    }

    private string Fill(string path) => string.Join('/', path.Split('/').Select(part => part switch
    {
        "{id}" when random.Next(5) > 0 => _jobs[random.Next(_jobs.Count)],
        "{n}" when random.Next(5) > 0 => random.Next(0, 4).ToString(CultureInfo.InvariantCulture),
        "{name}" when random.Next(2) > 0 => "echo",
        ['{', ..] => Uri.EscapeDataString("x" + Text().Replace("\0", "x", StringComparison.Ordinal)), // never empty; Kestrel itself refuses a NUL in a path
        _ => part,
    }));

    private string Query(JsonElement operation)
    {
        var names = operation.TryGetProperty("parameters", out var parameters)
            ? parameters.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == "query").Select(parameter => parameter.GetProperty("name").GetString()!).ToList()
            : [];
        names.AddRange(["name", "concurrency", "onConflict", "unknown"]);
        return "?" + string.Join('&', names.Where(_ => random.Next(3) == 0).Select(name => $"{name}={Uri.EscapeDataString(Text())}"));
    }

    private ByteArrayContent Body(JsonElement described)
    {
        var contents = described.ValueKind == JsonValueKind.Object ? described.GetProperty("content").EnumerateObject().ToList() : [];
        var (type, text) = ("application/json", "{}");
        if (contents.Count > 0)
        {
            var chosen = contents[random.Next(contents.Count)];
            type = chosen.Name;
            var example = chosen.Value.GetProperty("example");
            // Nobody outside is asked: the examples' host is put in the place of one that is blocked.
            text = (example.ValueKind == JsonValueKind.String ? example.GetString()! : example.GetRawText()).Replace("https://example.org", "http://127.0.0.1:9", StringComparison.Ordinal);
        }

        var content = new ByteArrayContent(Spoil(text));
        content.Headers.TryAddWithoutValidation("Content-Type", random.Next(10) == 0 ? s_types[random.Next(s_types.Length)] : type);
        return content;
    }

    private byte[] Spoil(string text)
    {
        for (var changes = random.Next(4); changes > 0; changes--)
        {
            var at = random.Next(text.Length + 1);
            text = random.Next(6) switch
            {
                0 => text[..at],
                1 => text.Insert(at, Text()),
                2 => text.Insert(at, text[..Math.Min(at, 200)]),
                3 => text.Insert(at, new string('[', random.Next(200))),
                4 => text.Remove(at, Math.Min(random.Next(5), text.Length - at)),
                _ => text.Insert(at, "\\ud800"),
            };
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length > 0 && random.Next(5) == 0)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }

    private string Text() => s_texts[random.Next(s_texts.Length)];
}
