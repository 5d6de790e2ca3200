using System.Net;
using System.Text.Json;
using EchoService.Auth;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Auth;

public sealed class KeyReloadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KeysOfAFileAreReadAgainAndBadOnesAreNot()
    {
        var (first, second) = (new TestKey(0, "first", Scope.TcpRead), new TestKey(0, "second", Scope.TcpRead));
        await using var service = ServiceProcess.Create();
        await WriteAsync(service, Json(first));
        await service.StartAsync();
        Assert.Equal(HttpStatusCode.OK, await AskAsync(service, first));

        await WriteAsync(service, """{ "Auth": { "ApiKeys": [ { "Na""");
        await service.Output.WaitForAsync("the API keys stay as they were: there is no key any more", Token);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(service, first));

        await WriteAsync(service, Json(second));
        await service.Output.WaitForAsync("API keys read again: 1 now, 1 new or changed, 1 revoked or changed", Token);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (await AskAsync(service, first), await AskAsync(service, second)));
    }

    [Theory]
    [InlineData("Auth:ApiKeys:0:Scopes:0", "tcp:reed", "the API keys stay as they were: Auth:ApiKeys:0:Scopes must be some of")]
    [InlineData("Auth:ApiKeys:0:Nane", "x", "the API keys stay as they were: Auth:ApiKeys:0:Nane is not a setting")]
    [InlineData("Auth:SessionMinutes", "0", "the API keys stay as they were: Auth:SessionMinutes must be between 1 and")]
    public async Task AReloadThatCannotBeUsedChangesNothingAndSaysWhy(string setting, string value, string expected)
    {
        var key = new TestKey(0, "a", Scope.TcpRead);
        using var service = new ServiceFixture(key.Settings);
        using var any = service.CreateClient();
        using var client = key.ClientOf(any.BaseAddress!);
        service.Change(setting, value);

        Assert.Contains(service.Logs.Lines, line => line.Message.Contains(expected, StringComparison.Ordinal));
        using var response = await client.GetAsync("/tcp/channels", Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task WarnsOnceThatOthersMayUseAServiceWithoutKeys()
    {
        await using var open = await ServiceProcess.StartAsync(("Http:Address", "*"));
        await using var closed = await ServiceProcess.StartAsync([("Http:Address", "*"), .. new TestKey(0, "a", Scope.Fetch).Settings]);
        await using var local = await ServiceProcess.StartAsync();
        Assert.Single(open.Output.Snapshot(), line => line.Contains("There are no API keys", StringComparison.Ordinal));
        Assert.DoesNotContain(closed.Output.Snapshot().Concat(local.Output.Snapshot()), line => line.Contains("There are no API keys", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ProtectedMetricsAskForAKey()
    {
        var key = new TestKey(0, "scraper", Scope.TcpRead);
        using var service = new ServiceFixture([.. key.Settings, ("Auth:ProtectMetrics", "true")]);
        using var any = service.CreateClient();
        using var scraper = key.ClientOf(any.BaseAddress!);
        using var refused = await any.GetAsync("/metrics", Token);
        using var scraped = await scraper.GetAsync("/metrics", Token);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (refused.StatusCode, scraped.StatusCode));
    }

    [Theory]
    [InlineData("Auth:ProtectMetrics", "true", "Auth:ProtectMetrics is true, but there is no key to ask for")]
    [InlineData("Auth:ApiKeys:0:Name", "a", "Auth:ApiKeys:0:Sha256 must be the SHA-256 of a key")]
    [InlineData("Auth:ApiKeys:0:Sha256", "00", "Auth:ApiKeys:0:Name must have 1 to 64 letters")]
    public async Task ABadKeyStopsTheStart(string key, string value, string expected)
    {
        await using var service = ServiceProcess.Create((key, value));
        service.Launch();
        Assert.Equal(2, await service.ExitAsync());
        Assert.StartsWith(expected, Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);
    }

    private static string Json(TestKey key) => JsonSerializer.Serialize(
        new { Auth = new { ApiKeys = new[] { new { key.Name, key.Sha256, Scopes = new[] { Scope.TcpRead } } } } });

    private static Task WriteAsync(ServiceProcess service, string json) => File.WriteAllTextAsync(Path.Combine(service.Folder, "appsettings.json"), json, Token);

    private static async Task<HttpStatusCode> AskAsync(ServiceProcess service, TestKey key)
    {
        using var client = key.ClientOf(service.Client.BaseAddress!);
        using var response = await client.GetAsync("/tcp/channels", Token);
        return response.StatusCode;
    }
}
