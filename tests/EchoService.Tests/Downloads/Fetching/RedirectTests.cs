using EchoService.Downloads;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Fetching;

public sealed class RedirectTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task FollowsRelativeAndAbsoluteLocations(int status)
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/a/b", OriginAnswer.Redirect("../c?d=1#part", status)).On("/c?d=1", OriginAnswer.Redirect(origin.Url("/e").AbsoluteUri, status)).On("/e", OriginAnswer.File(1, 10));
        using var fetcher = FetchFixture.Fetcher();
        var fetched = await fetcher.FetchAsync(origin.Url("/a/b"));
        Assert.Equal((null, origin.Url("/e"), origin.Sha256("/e")), (fetched.Error, fetched.Response.Url, fetched.Sha256));
    }

    [Theory]
    [InlineData(5, null)]
    [InlineData(6, ErrorCode.TooManyRedirects)]
    public async Task FollowsFiveAndNotSix(int count, ErrorCode? code)
    {
        await using var origin = await Origin.StartAsync(Token);
        for (var hop = count; hop > 0; hop--)
        {
            origin.On($"/{hop}", OriginAnswer.Redirect($"/{hop - 1}"));
        }

        origin.On("/0", OriginAnswer.Text("there"));
        using var fetcher = FetchFixture.Fetcher();
        Assert.Equal(code, (await fetcher.FetchAsync(origin.Url($"/{count}"))).Code);
        Assert.Equal(6, origin.TotalRequests);
    }

    [Fact]
    public async Task NeverFromHttpsToHttp()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/up", OriginAnswer.Redirect(origin.SecureUrl("/down").AbsoluteUri)).On("/down", OriginAnswer.Redirect(origin.Url("/x").AbsoluteUri));
        using var fetcher = FetchFixture.Fetcher();
        Assert.Equal(ErrorCode.InsecureRedirect, (await fetcher.FetchAsync(origin.Url("/up"))).Code);
        Assert.Equal((1, 0), (origin.Requests("/down"), origin.Requests("/x")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task AHopToABlockedAddressIsNotMade(int hop)
    {
        await using var outside = await Origin.StartAsync(Token);
        await using var inside = await Origin.StartAsync(Token);
        for (var at = 1; at < hop; at++)
        {
            outside.On($"/{at}", OriginAnswer.Redirect($"/{at + 1}"));
        }

        outside.On($"/{hop}", OriginAnswer.Redirect(inside.Url("/secret", "127.0.0.2").AbsoluteUri));
        using var fetcher = FetchFixture.Fetcher(options =>
        {
            options.Egress.AllowedNetworks.Clear();
            options.Egress.AllowedNetworks.Add("127.0.0.1");
        });
        Assert.Equal(ErrorCode.BlockedAddress, (await fetcher.FetchAsync(outside.Url("/1"))).Code);
        Assert.Equal((hop, 0), (outside.TotalRequests, inside.TotalRequests));
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://127.0.0.1/")]
    [InlineData("http://user@127.0.0.1/")]
    public async Task ToWhatIsNoUrlToFetchIsInvalidUrl(string location)
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.Redirect(location));
        using var fetcher = FetchFixture.Fetcher();
        Assert.Equal(ErrorCode.InvalidUrl, (await fetcher.FetchAsync(origin.Url("/x"))).Code);
    }

    [Fact]
    public async Task WithoutLocationItIsAStatus()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.Error(302));
        using var fetcher = FetchFixture.Fetcher();
        Assert.Equal(ErrorCode.HttpStatus, (await fetcher.FetchAsync(origin.Url("/x"))).Code);
    }

    [Fact]
    public async Task SecretsStayWithTheOriginThatTheyWereGivenFor()
    {
        await using var own = await Origin.StartAsync(Token);
        await using var other = await Origin.StartAsync(Token);
        own.On("/a", OriginAnswer.Redirect("/b")).On("/b", OriginAnswer.Redirect(other.Url("/c").AbsoluteUri)).On("/d", OriginAnswer.Redirect("/e")).On("/e", OriginAnswer.Text("x"));
        other.On("/c", OriginAnswer.Redirect(own.Url("/d").AbsoluteUri));
        using var fetcher = FetchFixture.Fetcher();
        var secrets = new Dictionary<string, string> { ["Authorization"] = "Bearer s", ["Cookie"] = "a=b", ["X-Api-Key"] = "k", ["Accept-Language"] = "de" };
        await fetcher.FetchAsync(FetchFixture.Request(own.Url("/a")) with { Headers = secrets });
        Assert.Empty(secrets.Keys.Except(own.RequestsTo("/b")[0].Headers.Keys, StringComparer.OrdinalIgnoreCase));
        foreach (var away in new[] { other.RequestsTo("/c")[0], own.RequestsTo("/d")[0], own.RequestsTo("/e")[0] })
        {
            Assert.Equal(["Accept-Language"], away.Headers.Keys.Intersect(secrets.Keys, StringComparer.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task ALargeRedirectBodyIsNotReadToTheEnd()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.Endless() with { Status = 302, Headers = [("Location", "/y")] }).On("/y", OriginAnswer.Text("y"));
        using var fetcher = FetchFixture.Fetcher();
        Assert.Null((await fetcher.FetchAsync(origin.Url("/x"))).Error);
    }
}
