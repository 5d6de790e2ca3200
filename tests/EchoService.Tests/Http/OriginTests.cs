using System.Net;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Http;

public sealed class OriginTests
{
    [Theory]
    [InlineData("Sec-Fetch-Site: cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site: cross-site\nOrigin: https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin: https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin: null", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site: same-site\nOrigin: http://localhost:1", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site: cross-site\nOrigin: https://friend.example", HttpStatusCode.OK)]
    [InlineData("Sec-Fetch-Site: same-origin\nOrigin: {own}", HttpStatusCode.OK)]
    [InlineData("Sec-Fetch-Site: none", HttpStatusCode.OK)]
    [InlineData("Accept: */*", HttpStatusCode.OK)]
    public async Task RefusesOtherSitesUnlessTheirOriginIsListed(string headers, HttpStatusCode expected)
    {
        using var service = new ServiceFixture(("Http:Cors:Origins:0", "https://friend.example"));
        using var client = service.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/hello");
        foreach (var header in headers.Replace("{own}", client.BaseAddress!.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal).Split('\n'))
        {
            var (name, value) = (header.Split(": ")[0], header.Split(": ")[1]);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.Forbidden)
        {
            Assert.Contains("\"code\":\"crossSite\"", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ALinkFromAnotherSiteMayLeadToAPageOfOurs()
    {
        using var service = new ServiceFixture();
        using var client = service.CreateClient();
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");
        client.DefaultRequestHeaders.Add("Sec-Fetch-Mode", "navigate");
        client.DefaultRequestHeaders.Add("Sec-Fetch-Dest", "document");
        using var visit = await client.GetAsync("/docs/index.html", TestContext.Current.CancellationToken);
        using var form = await client.PostAsync("/hello", null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, visit.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, form.StatusCode);
    }

    /// <summary>Without the headers a browser tells the page of a network error, and of nothing else.</summary>
    [Theory]
    [InlineData("/downloads")]
    [InlineData("/fetch")]
    [InlineData("/nothing")]
    public async Task AListedOriginCanReadWhyItWasRefused(string path)
    {
        using var service = new ServiceFixture(("Http:Cors:Origins:0", "https://friend.example"));
        using var client = service.CreateClient();
        client.DefaultRequestHeaders.Add("Origin", "https://friend.example");
        using var response = await client.PostAsync(path, new StringContent("{ no JSON", null, "application/json"), TestContext.Current.CancellationToken);
        Assert.False(response.IsSuccessStatusCode);
        Assert.Equal("https://friend.example", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Contains("Origin", response.Headers.Vary);
    }

    [Fact]
    public async Task AnswersThePreflightOfAListedOrigin()
    {
        using var service = new ServiceFixture(("Http:Cors:Origins:0", "https://friend.example"));
        using var client = service.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Options, "/hello");
        request.Headers.Add("Origin", "https://friend.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("https://friend.example", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal("content-type", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Headers")));
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("rebound.example", HttpStatusCode.BadRequest)]
    public async Task OnLoopbackOnlyLoopbackNamesAreServed(string host, HttpStatusCode expected)
    {
        using var service = new ServiceFixture();
        using var client = service.CreateClient();
        client.DefaultRequestHeaders.Host = host;
        using var response = await client.GetAsync("/hello", TestContext.Current.CancellationToken);
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task AllowedHostsAreServedAndNoOthers()
    {
        using var service = new ServiceFixture(("Http:AllowedHosts:0", "echo.example"));
        using var client = service.CreateClient();
        client.DefaultRequestHeaders.Host = "echo.example";
        using var named = await client.GetAsync("/hello", TestContext.Current.CancellationToken);
        client.DefaultRequestHeaders.Host = "localhost";
        using var other = await client.GetAsync("/hello", TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (named.StatusCode, other.StatusCode));
    }
}
