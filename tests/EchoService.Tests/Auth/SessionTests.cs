using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using EchoService.Auth;
using EchoService.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace EchoService.Tests.Auth;

public sealed class SessionTests : IDisposable
{
    private readonly TestKey _key = new(0, "browser", [.. Scope.All]);
    private readonly ServiceFixture _service;
    private readonly Uri _address;

    public SessionTests()
    {
        _service = new ServiceFixture([.. _key.Settings, DownloadsClient.Loopback]);
        using var any = _service.CreateClient();
        _address = any.BaseAddress!;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AKeyIsExchangedForACookieThatNoScriptReadsAndNoOtherSiteSends()
    {
        using var client = _key.ClientOf(_address);
        using var response = await client.PostAsync("/session", null, Token);
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; expires=", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(_key.Text, cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(_key.Sha256, cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task TheCookieStandsForTheKeyUntilTheSessionIsEnded()
    {
        using var browser = await SignInAsync();
        using var before = await browser.GetAsync("/downloads", Token);
        using var who = await browser.GetAsync("/session", Token);
        var answer = JsonDocument.Parse(await who.Content.ReadAsStringAsync(Token)).RootElement;
        using var ended = await browser.DeleteAsync("/session", Token);
        using var after = await browser.GetAsync("/downloads", Token);
        Assert.Equal(("browser", true), (answer.GetProperty("name").GetString(), answer.GetProperty("keyNeeded").GetBoolean()));
        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.NoContent, HttpStatusCode.Unauthorized), (before.StatusCode, ended.StatusCode, after.StatusCode));
    }

    [Fact]
    public async Task ASessionBeginsWithAKeyOnly()
    {
        using var browser = await SignInAsync();
        using var nobody = TestKey.PlainClient(_address);
        using var again = await browser.PostAsync("/session", null, Token);
        using var none = await nobody.PostAsync("/session", null, Token);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (again.StatusCode, none.StatusCode));
    }

    [Fact]
    public async Task AWrongKeyIsNotForgivenForTheSakeOfACookie()
    {
        using var browser = await SignInAsync();
        browser.DefaultRequestHeaders.Add("X-Api-Key", "ek_wrong");
        using var response = await browser.GetAsync("/downloads", Token);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task WebSocketsAndEventStreamsComeByTheCookie()
    {
        using var browser = await SignInAsync();
        var id = await new DownloadsClient(browser).SubmitAsync(["no url"], new { startAt = "2100-01-01T00:00:00Z" });
        await foreach (var first in browser.ReadEventsAsync($"/downloads/{id}/events", cancellationToken: Token))
        {
            Assert.Equal("snapshot", first.Name);
            break;
        }

        using var socket = await ConnectAsync(Cookie(browser), null);
        Assert.Equal(WebSocketState.Open, socket.State);
    }

    [Fact]
    public async Task APageOfAnotherSiteCannotUseTheCookieForAWebSocket()
    {
        using var browser = await SignInAsync();
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(Cookie(browser), "https://evil.example"));
        var withoutCookie = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync("", null));
        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
        Assert.Contains("401", withoutCookie.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithItsKeyASessionAndWhatItHasOpenGo()
    {
        using var browser = await SignInAsync();
        var id = await new DownloadsClient(browser).SubmitAsync(["no url"], new { startAt = "2100-01-01T00:00:00Z" });
        await using var events = browser.ReadEventsAsync($"/downloads/{id}/events", cancellationToken: Token).GetAsyncEnumerator(Token);
        Assert.True(await events.MoveNextAsync());

        _service.Change("Auth:ApiKeys:0:Sha256", new TestKey(0, "new").Sha256);

        await Assert.ThrowsAnyAsync<Exception>(async () => Assert.True(await events.MoveNextAsync() && await events.MoveNextAsync(), "the stream ended in order"));
        using var after = await browser.GetAsync("/downloads", Token);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Fact]
    public void ASessionEndsWithItsTimeAndTheirNumberIsBounded()
    {
        var time = new ManualTime();
        var keys = _service.Services.GetRequiredService<KeyRing>();
        var sessions = new Sessions(keys, time);
        var key = keys.Find(_key.Text)!;
        var first = sessions.Begin(key).Token;
        Assert.NotNull(sessions.Find(first));

        time.Advance(TimeSpan.FromSeconds(1));
        var tokens = Enumerable.Range(0, Sessions.PerName).Select(_ => sessions.Begin(key).Token).ToList();
        Assert.Null(sessions.Find(first));
        Assert.All(tokens, token => Assert.NotNull(sessions.Find(token)));

        time.Advance(keys.SessionLifetime);
        Assert.All(tokens, token => Assert.Null(sessions.Find(token)));
    }

    public void Dispose() => _service.Dispose();

    private static string Cookie(HttpClient browser) => browser.DefaultRequestHeaders.GetValues("Cookie").Single();

    private async Task<HttpClient> SignInAsync()
    {
        using var client = _key.ClientOf(_address);
        using var response = await client.PostAsync("/session", null, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var browser = TestKey.PlainClient(_address);
        browser.DefaultRequestHeaders.Add("Cookie", response.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        return browser;
    }

    private async Task<ClientWebSocket> ConnectAsync(string cookie, string? origin)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Cookie", cookie);
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin);
        }

        await socket.ConnectAsync(new UriBuilder(_address) { Scheme = "ws", Path = "/tcp/echo" }.Uri, Token);
        return socket;
    }
}
