using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using EchoService.Auth;
using EchoService.Tests.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Http;

/// <summary>What one client may ask of the service, and how it is told that it was too much.</summary>
public sealed class LimitsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnAddressThatAsksTooOftenIsToldWhenToComeAgainAndHealthIsNotCounted()
    {
        using var service = new ServiceFixture(("Http:Limits:RequestsPerSecond", "1"), ("Http:Limits:Burst", "3"));
        using var http = service.CreateClient();
        var refused = (await RateCheck.ExceedAsync(burst: 3, _ => http.GetAsync("/hello", Token)))[0];
        var health = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => http.GetAsync("/health/live", Token)));
        Assert.All(health, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal("tooManyRequests", await ProblemCheck.CodeAsync(refused));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 3);
        await Eventually.True(async () => (await http.GetAsync("/hello", Token)).IsSuccessStatusCode, "served again");
    }

    [Fact]
    public async Task AKeyIsCountedWhereverItComesFrom()
    {
        var (one, two) = (new TestKey(0, "one", Scope.TcpRead), new TestKey(1, "two", Scope.TcpRead));
        using var service = new ServiceFixture(
            [.. one.Settings, .. two.Settings, ("Http:Limits:RequestsPerSecond", "1"), ("Http:Limits:Burst", "2"), ("Http:TrustedProxies:0", "127.0.0.0/8"), ("Http:TrustedProxies:1", "::1")]);
        using var any = service.CreateClient();
        using var first = one.ClientOf(any.BaseAddress!);
        using var second = two.ClientOf(any.BaseAddress!);
        await RateCheck.ExceedAsync(burst: 2, n => RateCheck.AskFromAsync(first, "/tcp/channels", $"192.0.2.{n}"));
        using var other = await RateCheck.AskFromAsync(second, "/tcp/channels", "192.0.2.100");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    /// <summary>Else whoever writes the header would have as many rates as addresses to invent.</summary>
    [Fact]
    public async Task ForwardedHeadersOfOthersMeanNothing()
    {
        using var service = new ServiceFixture(("Http:Limits:RequestsPerSecond", "1"), ("Http:Limits:Burst", "2"), ("Http:TrustedProxies:0", "192.0.2.0/24"));
        using var http = service.CreateClient();
        await RateCheck.ExceedAsync(burst: 2, n => RateCheck.AskFromAsync(http, "/hello", $"203.0.113.{n}"));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("zstd")]
    public async Task CompressedBodiesAreRefused(string encoding)
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        foreach (var path in (string[])["/downloads", "/fetch"])
        {
            using var content = new ByteArrayContent([1, 2, 3]);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            content.Headers.ContentEncoding.Add(encoding);
            using var response = await http.PostAsync(path, content, Token);
            Assert.Equal((HttpStatusCode.UnsupportedMediaType, "compressedBody"), (response.StatusCode, await ProblemCheck.CodeAsync(response)));
            Assert.Equal("identity", Assert.Single(response.Headers.GetValues("Accept-Encoding")));
        }
    }

    [Theory]
    [InlineData(9_000, 0, HttpStatusCode.RequestUriTooLong, "urlTooLong")]
    [InlineData(10, 40_000, HttpStatusCode.RequestHeaderFieldsTooLarge, "headersTooLarge")]
    public async Task ALongUrlAndLargeHeadersAreRefusedWithAProblem(int url, int header, HttpStatusCode status, string code)
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/hello/" + new string('a', url));
        request.Headers.Add("X-Long", new string('a', header));
        using var response = await http.SendAsync(request, Token);
        Assert.Equal((status, code), (response.StatusCode, await ProblemCheck.CodeAsync(response)));
    }

    [Fact]
    public async Task AListWithALongUrlIsTakenAndThatItemFails()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var items = await downloads.ItemsAsync(await downloads.SubmitAsync(["http://example.org/" + new string('a', 8192)]));
        Assert.Equal("invalidUrl", DownloadsClient.Text(Assert.Single(items), "errorCode"));
    }

    [Fact]
    public async Task AKeysQueueHasAnEndWhichOtherKeysDoNotFeel()
    {
        var (one, two) = (new TestKey(0, "one", [.. Scope.All]), new TestKey(1, "two", [.. Scope.All]));
        using var service = new ServiceFixture([.. one.Settings, .. two.Settings, ("Downloads:MaxQueuedItemsPerKey", "5000")]);
        using var any = service.CreateClient();
        using var first = one.ClientOf(any.BaseAddress!);
        using var second = two.ClientOf(any.BaseAddress!);

        using var much = await PostAsync(first, 20_000);
        Assert.Equal((HttpStatusCode.TooManyRequests, "queueFull"), (much.StatusCode, await ProblemCheck.CodeAsync(much)));
        Assert.NotNull(much.Headers.RetryAfter);
        using var fits = await PostAsync(first, 5000);
        using var over = await PostAsync(first, 1);
        using var others = await PostAsync(second, 1);
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests, HttpStatusCode.Accepted), (fits.StatusCode, over.StatusCode, others.StatusCode));
        Assert.Equal(5001, Sqlite.Count(Path.Combine(service.DataDirectory, "echoservice.db"), "SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task AKeysFilesHaveALimitThatDeletingLifts()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/a", OriginAnswer.File(1, 1000));
        using var service = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:MaxBytesPerKey", "1000"));
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(["/a"], origin);
        await downloads.EndAsync(id);

        using var full = await PostAsync(http, 1);
        Assert.Equal((HttpStatusCode.InsufficientStorage, "storageQuota"), (full.StatusCode, await ProblemCheck.CodeAsync(full)));
        using var deleted = await http.DeleteAsync($"/downloads/{id}", Token);
        using var again = await PostAsync(http, 1);
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
    }

    [Fact]
    public async Task ABodyThatComesTooSlowlyIsToldSoAndLeavesNothing()
    {
        await using var service = await ServiceProcess.StartAsync(("Http:Limits:GraceSeconds", "1.2"));
        var answer = await RawHttp.AskAsync(
            service.Client.BaseAddress!.Port,
            "POST /downloads HTTP/1.1\nHost: localhost\nContent-Type: text/plain\nContent-Length: 100000",
            async (stream, token) => await stream.WriteAsync("http://127.0.0.1/\n"u8.ToArray(), token),
            Token);
        Assert.Equal(408, answer.Status);
        Assert.Null(ProblemCheck.Fault(408, answer.MediaType, answer.Body));
        await Eventually.True(
            () => Sqlite.Count(Path.Combine(service.DataDirectory, "echoservice.db"), "SELECT count(*) FROM jobs") == 0, "nothing is left");
    }

    [Fact]
    public async Task HeadersThatDoNotEndInTimeEndTheConnection()
    {
        await using var service = await ServiceProcess.StartAsync(("Http:Limits:HeaderSeconds", "1"));
        using var client = await TcpPeer.ConnectAsync(service.Client.BaseAddress!.Port);
        await client.SendAsync("GET /hello HTTP/1.1\r\nHost: localhost\r\n");
        Assert.StartsWith("HTTP/1.1 408 ", await client.ReadTextToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARequestThatTakesTooLongIsToldSo()
    {
        await using var service = await ServiceProcess.StartAsync(("Http:Limits:RequestSeconds", "1"), ("Http:Limits:GraceSeconds", "60"));
        var answer = await RawHttp.AskAsync(
            service.Client.BaseAddress!.Port,
            "PUT /tcp/channels/echo/faults HTTP/1.1\nHost: localhost\nContent-Type: application/json\nContent-Length: 100\nConnection: close",
            async (stream, token) => await stream.WriteAsync("["u8.ToArray(), token),
            Token);
        Assert.Equal(503, answer.Status);
        Assert.Null(ProblemCheck.Fault(503, answer.MediaType, answer.Body));
        Assert.Contains("\"tooSlow\"", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AListLongerThanItsLimitIsCutOff()
    {
        using var service = new ServiceFixture(("Http:MaxListBytes", "1000000"), ("Http:MaxBodyBytes", "1000"));
        using var http = service.CreateClient();
        using var list = new StringContent(string.Concat(Enumerable.Repeat("# nothing\n", 200_000)), Encoding.UTF8, "text/plain");
        using var body = new StringContent($$"""{"url": "{{new string('a', 2000)}}"}""", Encoding.UTF8, "application/json");
        using var tooLong = await http.PostAsync("/downloads", list, Token);
        using var tooLarge = await http.PostAsync("/fetch", body, Token);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "bodyTooLarge"), (tooLong.StatusCode, await ProblemCheck.CodeAsync(tooLong)));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "bodyTooLarge"), (tooLarge.StatusCode, await ProblemCheck.CodeAsync(tooLarge)));
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, int lines)
    {
        using var content = new StringContent(
            string.Join('\n', Enumerable.Range(0, lines).Select(i => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1/{i}"))), Encoding.UTF8, "text/plain");
        return await http.PostAsync("/downloads?startAt=2100-01-01T00:00:00Z", content, Token);
    }
}
