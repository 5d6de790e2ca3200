using System.Net;
using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Characters;

public sealed class CharacterEndpointsTests(SharedService host) : IClassFixture<SharedService>
{
    private readonly HttpClient _client = host.Client;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnswersAPageOfMatchesAndTheirNumber()
    {
        using var page = await GetAsync("/characters?query=smiling%20face%20white");
        var root = page.RootElement;
        Assert.Equal("smiling face white", root.GetProperty("query").GetString());
        Assert.Equal(1, root.GetProperty("total").GetInt32());
        Assert.Equal(0, root.GetProperty("start").GetInt32());
        var item = Assert.Single(root.GetProperty("items").EnumerateArray());
        Assert.Equal(["codePoint", "code", "character", "name"], item.EnumerateObject().Select(property => property.Name));
        Assert.Equal((0x263A, "U+263A", "☺", "WHITE SMILING FACE"),
            (item.GetProperty("codePoint").GetInt32(), item.GetProperty("code").GetString(), item.GetProperty("character").GetString(), item.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("query=digit", 0, 200, "DIGIT ZERO")]
    [InlineData("query=digit&start=9&limit=3", 9, 3, "DIGIT NINE")]
    [InlineData("query=digit&start=987&limit=50", 987, 1, "TAG DIGIT NINE")]
    [InlineData("query=digit&start=5000", 5000, 0, null)]
    [InlineData("query=digit&start=99999999999999", int.MaxValue, 0, null)]
    [InlineData("query=cjk&start=100000&limit=2", 100000, 2, "CJK UNIFIED IDEOGRAPH-327F7")]
    [InlineData("query=cjk&limit=1000000", 0, 10_000, "CJK RADICAL REPEAT")]
    public async Task PagesByStartAndLimit(string parameters, int start, int count, string? first)
    {
        using var page = await GetAsync($"/characters?{parameters}");
        Assert.Equal(start, page.RootElement.GetProperty("start").GetInt32());
        var items = page.RootElement.GetProperty("items");
        Assert.Equal(count, items.GetArrayLength());
        Assert.Equal(first, count == 0 ? null : items[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task AnswersAnEmptyPageWhereNothingMatches()
    {
        using var page = await GetAsync("/characters?query=xyzzy");
        Assert.Equal(0, page.RootElement.GetProperty("total").GetInt32());
        Assert.Equal(0, page.RootElement.GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("", "query")]
    [InlineData("?query=", "query")]
    [InlineData("?query=%20", "query")]
    [InlineData("?query=sun&start=-1", "start")]
    [InlineData("?query=sun&start=x", "start")]
    [InlineData("?query=sun&limit=0", "limit")]
    [InlineData("?query=sun&limit=1.5", "limit")]
    [InlineData("?query=sun&limit=%2B5", "limit")]
    public async Task RefusesBadInputByItsField(string parameters, string field)
    {
        using var response = await _client.GetAsync($"/characters{parameters}", Token);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));
        Assert.Equal("invalidRequest", problem.RootElement.GetProperty("code").GetString());
        Assert.Equal([field], problem.RootElement.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task DescribesItsNumbersAsNumbers()
    {
        using var description = await GetAsync("/openapi/v1.json");
        var parameters = description.RootElement.GetProperty("paths").GetProperty("/characters").GetProperty("get").GetProperty("parameters");
        var types = parameters.EnumerateArray().ToDictionary(
            parameter => parameter.GetProperty("name").GetString()!,
            parameter => parameter.GetProperty("schema").GetProperty("type").GetString());
        Assert.Equal(("string", "integer", "integer"), (types["query"], types["start"], types["limit"]));
    }

    private async Task<JsonDocument> GetAsync(string path) => JsonDocument.Parse(await _client.GetStringAsync(path, Token));
}
