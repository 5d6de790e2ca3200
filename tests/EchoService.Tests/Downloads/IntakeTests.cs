using System.Net;
using System.Text;
using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

public sealed class IntakeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NumbersTheLinesOfATextListAndSkipsBlanksAndComments()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var list = $"\uFEFF{origin.Url("/a")}\r\n\r\n# a comment\n   \n{origin.Url("/b")}\nno url\n{origin.Url("/last")}";

        var (status, body) = await PostAsync(http, "/downloads?name=lines&concurrency=2", list, "text/plain");

        Assert.Equal(HttpStatusCode.Accepted, status);
        var id = body.GetProperty("id").GetString()!;
        var job = await downloads.EndAsync(id);
        Assert.Equal("lines", DownloadsClient.Text(job, "name"));
        Assert.Equal(2, job.GetProperty("options").GetProperty("concurrency").GetInt32());
        var items = await downloads.ItemsAsync(id);
        Assert.Equal([1, 5, 6, 7], items.Select(item => item.GetProperty("n").GetInt32()));
        Assert.Equal(["done", "done", "failed", "done"], items.Select(item => DownloadsClient.Text(item, "state")));
        Assert.Equal("invalidUrl", DownloadsClient.Text(items[2], "errorCode"));
    }

    [Fact]
    public async Task TakesOptionsBeforeAndAfterTheUrlsWhereverTheBytesAreCut()
    {
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var json = """{ "attempts": 1, "headers": {"X-One": "1"}, "urls": ["http://127.0.0.1:1/ä", 7, {"a": [1]}, null, "\ud800"], "name": "näme" }""";
        using var content = new CutContent(Encoding.UTF8.GetBytes(json));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/downloads") { Content = content };

        using var response = await http.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var job = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token)).RootElement;
        Assert.Equal("näme", DownloadsClient.Text(job, "name"));
        Assert.Equal(5, job.GetProperty("total").GetInt32());
        var items = await new DownloadsClient(http).ItemsAsync(job.GetProperty("id").GetString()!, "errorCode=invalidUrl");
        Assert.Equal([2, 3, 4, 5], items.Select(item => item.GetProperty("n").GetInt32()));
    }

    [Theory]
    [InlineData("", "malformedJson")]
    [InlineData("[]", "malformedJson")]
    [InlineData("{", "malformedJson")]
    [InlineData("{\"urls\": [\"http://a/\"", "malformedJson")]
    [InlineData("{\"urls\": [\"http://a/\"]} x", "malformedJson")]
    [InlineData("{\"urls\": \"http://a/\"}", "malformedJson")]
    [InlineData("{\"urls\": [\"http://a/\"], \"urls\": []}", "malformedJson")]
    [InlineData("{\"urls\": []}", "emptyList")]
    [InlineData("{}", "emptyList")]
    [InlineData("{\"urls\": [\"http://a/\"], \"name\": 7}", "invalidOptions", "name")]
    [InlineData("{\"urls\": [\"http://a/\"], \"concurency\": 7}", "invalidOptions", "concurency")]
    [InlineData("{\"urls\": [\"http://a/\"], \"concurrency\": 0}", "invalidOptions", "concurrency")]
    [InlineData("{\"urls\": [\"http://a/\"], \"onConflict\": \"explode\"}", "invalidOptions", "onConflict")]
    [InlineData("{\"urls\": [\"http://a/\"], \"headers\": {\"Host\": \"b\"}}", "invalidOptions", "headers")]
    [InlineData("{\"urls\": [\"http://a/\"], \"headers\": {\"X\": \"a\\r\\nb\"}}", "invalidOptions", "headers")]
    [InlineData("{\"urls\": [\"http://a/\"], \"fileName\": \"{nonsense}\"}", "invalidOptions", "fileName")]
    public async Task RefusesABadListWholeAndNamesTheFault(string json, string code, string? field = null)
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();

        var (status, problem) = await PostAsync(http, "/downloads", json, "application/json");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(code, DownloadsClient.Text(problem, "code"));
        Assert.True(field is null || problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
        var jobs = await new DownloadsClient(http).GetAsync("/downloads");
        Assert.Equal(0, jobs.GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("?concurrency=x", "invalidOptions")]
    [InlineData("?color=red", "invalidOptions")]
    public async Task RefusesBadOptionsOfATextList(string query, string code)
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();

        var (status, problem) = await PostAsync(http, "/downloads" + query, "http://a/", "text/plain");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(code, DownloadsClient.Text(problem, "code"));
    }

    [Fact]
    public async Task RefusesAListThatIsTooLongAndKeepsNothingOfIt()
    {
        using var service = new ServiceFixture(("Downloads:MaxItemsPerJob", "5000"));
        using var http = service.CreateClient();

        var (status, problem) = await PostAsync(http, "/downloads", string.Concat(Enumerable.Repeat("http://a/\n", 5001)), "text/plain");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal("tooManyItems", DownloadsClient.Text(problem, "code"));
        Assert.Equal(0, (await new DownloadsClient(http).GetAsync("/downloads")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task RefusesOtherMediaTypes()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();

        var (status, _) = await PostAsync(http, "/downloads", "<a/>", "application/xml");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, status);
    }

    [Fact]
    public async Task ReportsAnOverlongLineOnceAndGoesOnAfterIt()
    {
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var list = $"no\nhttp://a/{new string('x', 3_000_000)}\nno either";

        var (_, job) = await PostAsync(http, "/downloads", list, "text/plain");

        var items = await new DownloadsClient(http).ItemsAsync(job.GetProperty("id").GetString()!);
        Assert.Equal([1, 2, 3], items.Select(item => item.GetProperty("n").GetInt32()));
        Assert.All(items, item => Assert.Equal("invalidUrl", DownloadsClient.Text(item, "errorCode")));
        Assert.Equal("no either", DownloadsClient.Text(items[2], "url"));
    }

    [Fact]
    public async Task LeavesNothingOfAnUploadThatBreaksOff()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        using var broken = new BrokenContent("http://127.0.0.1:1/a\n", lines: 20_000);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/downloads") { Content = broken };
        request.Content.Headers.ContentType = new("text/plain");

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.SendAsync(request, Token));

        var folder = Path.Combine(service.DataDirectory, "echoservice.db");
        await Eventually.True(() => Sqlite.Count(folder, "SELECT (SELECT count(*) FROM jobs) + (SELECT count(*) FROM items)") == 0, "no row is left");
    }

    [Fact]
    public async Task ListsJobsNewestFirstByPages()
    {
        using var service = new ServiceFixture();
        var downloads = new DownloadsClient(service.CreateClient());
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Insert(0, await downloads.SubmitAsync(["no url"]));
        }

        var first = await downloads.GetAsync("/downloads?limit=3&state=completed");
        var second = await downloads.GetAsync($"/downloads?limit=3&state=completed&cursor={first.GetProperty("nextCursor").GetString()}");

        Assert.Equal(ids, first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).Select(job => DownloadsClient.Text(job, "id")));
        Assert.Null(second.GetProperty("nextCursor").GetString());
        Assert.Equal(0, (await downloads.GetAsync("/downloads?state=running")).GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("/downloads?cursor=!!", HttpStatusCode.BadRequest)]
    [InlineData("/downloads?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("/downloads?limit=x", HttpStatusCode.BadRequest)]
    [InlineData("/downloads?state=asleep", HttpStatusCode.BadRequest)]
    [InlineData("/downloads/nothing", HttpStatusCode.NotFound)]
    [InlineData("/downloads/nothing/items", HttpStatusCode.NotFound)]
    [InlineData("/downloads/nothing/items/1/content", HttpStatusCode.NotFound)]
    public async Task AnswersBadQuestionsWithAProblem(string path, HttpStatusCode status)
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();

        using var response = await http.GetAsync(path, Token);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("text/plain; charset=utf-16", null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/plain", "gzip", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/plain; charset=\"UTF-8\"", "identity", HttpStatusCode.Accepted)]
    public async Task TakesNoListWhoseBytesAreNoPlainUtf8(string type, string? encoding, HttpStatusCode status)
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        using var content = new ByteArrayContent("no url"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        using var response = await http.PostAsync("/downloads", content, Token);
        Assert.Equal(status, response.StatusCode);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(HttpClient http, string path, string body, string type)
    {
        using var response = await http.PostAsync(path, new StringContent(body, Encoding.UTF8, type), Token);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token)).RootElement);
    }

    /// <summary>A body sent byte by byte.</summary>
    private sealed class CutContent : HttpContent
    {
        private readonly byte[] _bytes;

        public CutContent(byte[] bytes)
        {
            _bytes = bytes;
            Headers.ContentType = new("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            foreach (var value in _bytes)
            {
                await stream.WriteAsync(new[] { value });
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>A body that fails after some lines.</summary>
    private sealed class BrokenContent(string line, int lines) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var i = 0; i < lines; i++)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(line));
            }

            await stream.FlushAsync();
            throw new IOException("the cable was pulled");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
