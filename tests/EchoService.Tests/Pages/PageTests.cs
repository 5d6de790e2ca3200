using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using EchoService.Downloads;
using EchoService.Downloads.Jobs;
using EchoService.Tcp;
using EchoService.Tcp.Faults;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Pages;

public sealed partial class PageTests(SharedService host) : IClassFixture<SharedService>
{
    private readonly HttpClient _http = host.Client;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/", "Downloads")]
    [InlineData("/tcp", "Channels")]
    [InlineData("/characters/page", "Characters")]
    public async Task APageIsHtmlWithoutAnythingInlineAndWithoutAnythingUnfilled(string route, string title)
    {
        using var response = await _http.GetAsync(route, Cancelled);
        var html = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Contains($"<title>{title} – EchoService</title>", html, StringComparison.Ordinal);
        Assert.Contains($"aria-current=\"page\">{title}</a>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script(?![^>]* src=)|<style|\\sstyle=|\\son[a-z]+=|https?://(?!example\\.org)", html);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/tcp")]
    [InlineData("/characters/page")]
    public async Task EveryFileOfAPageMayBeKeptForGood(string route)
    {
        var html = await _http.GetStringAsync(route, Cancelled);
        var files = Links().Matches(html).Select(match => match.Groups["path"].Value).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(files.Count > 10, $"{files.Count} files");
        foreach (var file in files)
        {
            using var response = await _http.GetAsync(file, Cancelled);
            Assert.True(response.StatusCode == HttpStatusCode.OK, file);
            Assert.True(response.Headers.CacheControl is { Public: true, MaxAge.TotalDays: 365 }, file);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        }
    }

    [Fact]
    public async Task APageIsAskedForAgainAndMostlyUnchanged()
    {
        using var first = await _http.GetAsync("/", Cancelled);
        Assert.True(first.Headers.CacheControl!.NoCache);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var again = await _http.SendAsync(request, Cancelled);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    /// <summary>A page that an older version of the service has sent still finds its modules, but does not keep the newer ones under the old address.</summary>
    [Fact]
    public async Task AFileOfAnotherVersionIsServedButNotKept()
    {
        using var response = await _http.GetAsync("/pages/000000000000/shared/dom.js", Cancelled);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.CacheControl is { NoCache: true, MaxAge: null });
    }

    [Theory]
    [InlineData("/pages/x/shared/none.js")]
    [InlineData("/pages/x/shared/frame.html")]
    [InlineData("/pages/x/../Program.cs")]
    [InlineData("/pages/x/")]
    public async Task WhatIsNoFileOfAPageIsAProblem(string path)
    {
        using var response = await _http.GetAsync(path, Cancelled);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    /// <summary>A new value of an enum that the page knows no word for would show as its bare name, or not at all.</summary>
    [Theory]
    [InlineData("downloads", typeof(ErrorCode))]
    [InlineData("downloads", typeof(ItemState), "committed")]
    [InlineData("downloads", typeof(JobState), "receiving", "deleting")]
    [InlineData("channels", typeof(CloseReason))]
    public async Task ThePageHasAWordForEveryState(string feature, Type states, params string[] unseen)
    {
        var words = await _http.GetStringAsync($"/pages/x/{feature}/words.js", Cancelled);
        Assert.All(
            Enum.GetNames(states).Select(JsonNamingPolicy.CamelCase.ConvertName).Except(unseen, StringComparer.Ordinal),
            state => Assert.Matches($"\\b{state}: '", words));
    }

    [Fact]
    public async Task ThePageKnowsEveryKindOfChannelAndFault()
    {
        var words = await _http.GetStringAsync("/pages/x/channels/words.js", Cancelled);
        Assert.All(Enum.GetNames<ChannelKind>(), kind => Assert.Contains($"  {kind}: '", words, StringComparison.Ordinal));
        Assert.All(FaultRules.Types(http: false), type => Assert.Contains($"  {type}: [", words, StringComparison.Ordinal));
    }

    [GeneratedRegex("(href|src)=\"(?<path>/pages/[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex Links();
}
