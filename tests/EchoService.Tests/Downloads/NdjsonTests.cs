using System.Net;
using System.Text;
using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

public sealed class NdjsonTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EachLineBringsItsOwnNameDigestSizeAndHeaders()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path, "text/plain"));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        object[] lines =
        [
            new { url = origin.Url("/1"), fileName = "first.bin", sha256 = origin.Sha256("/1").ToUpperInvariant(), size = 2, headers = new { Authorization = "Bearer x" } },
            new { url = origin.Url("/2"), sha256 = new string('0', 64) },
            new { url = origin.Url("/3"), size = 7 },
            new { url = origin.Url("/4"), sha256 = "short" },
            new { url = origin.Url("/5"), color = "red" },
            new { fileName = "x" },
        ];
        var list = string.Join('\n', lines.Select(line => JsonSerializer.Serialize(line))) + "\n\n# done\n{broken";

        var (status, job) = await PostAsync(http, list, "?attempts=1&name=nd");

        Assert.Equal(HttpStatusCode.Accepted, status);
        var id = DownloadsClient.Text(job, "id")!;
        await downloads.EndAsync(id);
        var items = await downloads.ItemsAsync(id);
        Assert.Equal([1, 2, 3, 4, 5, 6, 9], items.Select(item => item.GetProperty("n").GetInt32()));
        Assert.Equal(
            [null, "checksumMismatch", "checksumMismatch", "invalidUrl", "invalidUrl", "invalidUrl", "invalidUrl"],
            items.Select(item => DownloadsClient.Text(item, "errorCode")));
        Assert.Equal("first.bin", DownloadsClient.Text(items[0], "fileName"));
        Assert.Equal("Bearer x", origin.RequestsTo("/1").Single().Headers["Authorization"]);
        Assert.Equal(0, origin.Requests("/4"));
        Assert.Single(Directory.GetFiles(Path.Combine(service.DataDirectory, "files", id)));
    }

    [Fact]
    public async Task MakesUrlsAndNamesFromATemplateItsValuesAndCompanionDocuments()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/flags", (path, _) => path switch
        {
            "/flags/ad/ad.gif" or "/flags/ae/ae.gif" or "/flags/xx/xx.gif" => OriginAnswer.File(1, 100) with { ContentType = "image/gif" },
            "/flags/ad/metadata.json" => OriginAnswer.Text("""{"country": "Andorra"}""", "application/json"),
            "/flags/ae/metadata.json" => OriginAnswer.Text("""{"country": "United Arab Emirates"}""", "application/json"),
            "/flags/xx/metadata.json" => OriginAnswer.Text("""{"land": "Nowhere"}""", "application/json"),
            _ => OriginAnswer.Error(404),
        });
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var body = new
        {
            urlTemplate = $"{origin.Address}flags/{{cc}}/{{cc}}.gif",
            metadataUrl = $"{origin.Address}flags/{{cc}}/metadata.json",
            values = new[] { "ad", "ae", "xx", "zz" },
            fileName = "{metadata.country}-{cc}.gif",
            perHost = 2,
        };

        var (status, job) = await PostAsync(http, JsonSerializer.Serialize(body), "", "application/json");

        Assert.True(status == HttpStatusCode.Accepted, job.ToString());
        var id = DownloadsClient.Text(job, "id")!;
        await downloads.EndAsync(id);
        var items = await downloads.ItemsAsync(id);
        Assert.Equal(["Andorra-ad.gif", "United_Arab_Emirates-ae.gif", null, null], items.Select(item => DownloadsClient.Text(item, "fileName")));
        Assert.Equal([null, null, "metadata", "metadata"], items.Select(item => DownloadsClient.Text(item, "errorCode")));
        Assert.True(origin.MostAtOnce <= 2);
    }

    [Theory]
    [InlineData("""{"urlTemplate": "http://h/{cc}"}""", "values")]
    [InlineData("""{"values": ["a"]}""", "urlTemplate")]
    [InlineData("""{"urlTemplate": "http://h/{cc", "values": ["a"]}""", "urlTemplate")]
    [InlineData("""{"urlTemplate": "http://h/x", "values": ["a"]}""", "urlTemplate")]
    [InlineData("""{"urlTemplate": "http://h/{cc}", "values": ["a"], "fileName": "{dd}"}""", "fileName")]
    public async Task RefusesATemplateThatDoesNotFitItsValues(string body, string field)
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();

        var (status, problem) = await PostAsync(http, body, "", "application/json");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(HttpClient http, string body, string query, string type = "application/x-ndjson")
    {
        using var response = await http.PostAsync("/downloads" + query, new StringContent(body, Encoding.UTF8, type), Token);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token)).RootElement);
    }
}
