using System.Net;
using System.Text.Json;
using EchoService.Auth;
using EchoService.Tests.Testing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EchoService.Tests.Auth;

/// <summary>Every operation of the API's description, asked by those who may not.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private static readonly TestKey s_owner = new(0, "owner", [.. Scope.All]);
    private static readonly TestKey s_other = new(1, "other", [.. Scope.All]);
    private static readonly TestKey[] s_single = [.. Scope.All.Select((scope, n) => new TestKey(2 + n, "single", scope))];
    private static readonly TestKey s_revoked = new(7, "revoked", [.. Scope.All]);

    private readonly ServiceFixture _service = new([.. s_owner.Settings, .. s_other.Settings, .. s_single.SelectMany(key => key.Settings), .. s_revoked.Settings]);
    private HttpClient _owner = null!;
    private string _job = "";
    private IReadOnlyList<Operation> _operations = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Uri Address => _service.ClientOptions.BaseAddress;

    public async ValueTask InitializeAsync()
    {
        using var any = _service.CreateClient();
        _service.ClientOptions.BaseAddress = any.BaseAddress!;
        _owner = s_owner.ClientOf(Address);
        _job = await new DownloadsClient(_owner).SubmitAsync(["no url"], new { name = "mine", startAt = "2100-01-01T00:00:00Z" });
        _operations = await Operations.OfAsync(any);
    }

    [Fact]
    public async Task WhoeverMayNotGets401Or403Or404AndChangesNothing()
    {
        var before = await EverythingAsync();
        using var nobody = TestKey.PlainClient(Address);
        using var wrong = new TestKey(0, "wrong").ClientOf(Address);
        using var other = s_other.ClientOf(Address);
        foreach (var operation in _operations.Where(operation => operation.Scope is not null))
        {
            await RefusedAsync(nobody, operation, HttpStatusCode.Unauthorized, "unauthorized");
            await RefusedAsync(wrong, operation, HttpStatusCode.Unauthorized, "unauthorized");
            foreach (var (key, scope) in s_single.Zip(Scope.All).Where(pair => operation.Scope != "any" && pair.Second != operation.Scope))
            {
                using var lacking = key.ClientOf(Address);
                await RefusedAsync(lacking, operation, HttpStatusCode.Forbidden, "forbidden");
            }

            if (operation.IsOfAJob)
            {
                await RefusedAsync(other, operation, HttpStatusCode.NotFound, "notFound");
            }
        }

        Assert.Equal(before, await EverythingAsync());
    }

    [Fact]
    public async Task ARevokedKeyIsRefusedEverywhere()
    {
        using var revoked = s_revoked.ClientOf(Address);
        using (var still = await revoked.GetAsync("/downloads", Token))
        {
            Assert.Equal(HttpStatusCode.OK, still.StatusCode);
        }

        var before = await EverythingAsync();
        _service.Change("Auth:ApiKeys:7:Sha256", new string('0', 64));
        foreach (var operation in _operations.Where(operation => operation.Scope is not null))
        {
            await RefusedAsync(revoked, operation, HttpStatusCode.Unauthorized, "unauthorized");
        }

        Assert.Equal(before, await EverythingAsync());
    }

    [Fact]
    public async Task TheScopeThatIsAskedForIsEnough()
    {
        foreach (var operation in _operations.Where(operation => operation.Scope is not null and not "any"))
        {
            using var client = s_single[Scope.All.ToList().IndexOf(operation.Scope!)].ClientOf(Address);
            using var response = await client.SendAsync(operation.Request(_job), HttpCompletionOption.ResponseHeadersRead, Token);
            var text = await response.Content.ReadAsStringAsync(Token);
            Assert.False(
                response.StatusCode == HttpStatusCode.Unauthorized || text.Contains("\"forbidden\"", StringComparison.Ordinal), $"{operation}: {response.StatusCode} {text}");
        }
    }

    [Fact]
    public async Task OpenOperationsAskForNoKey()
    {
        using var nobody = TestKey.PlainClient(Address);
        foreach (var operation in _operations.Where(operation => operation.Scope is null))
        {
            using var response = await nobody.SendAsync(operation.Request(_job), Token);
            Assert.True(response.IsSuccessStatusCode, $"{operation}: {response.StatusCode}");
        }
    }

    [Fact]
    public void EveryRouteSaysWhatItAsksFor()
    {
        foreach (var endpoint in _service.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>())
        {
            Assert.True(
                endpoint.Metadata.Any(metadata => metadata is IAuthorizeData or IAllowAnonymous),
                $"{endpoint.RoutePattern.RawText} says neither RequireScope nor AllowAnonymous");
        }
    }

    [Fact]
    public async Task JobsAreSeenByTheirOwnerAlone()
    {
        using var other = s_other.ClientOf(Address);
        var theirs = await new DownloadsClient(other).SubmitAsync(["not mine"]);

        Assert.Equal([_job], await ListedAsync(_owner, ""));
        Assert.Equal([theirs], await ListedAsync(other, ""));
        Assert.Equal([theirs], await ListedAsync(other, "?state=completed"));
        Assert.Empty(await ListedAsync(other, "?state=scheduled"));
    }

    public async ValueTask DisposeAsync()
    {
        _owner.Dispose();
        await _service.DisposeAsync();
    }

    private static async Task<IEnumerable<string?>> ListedAsync(HttpClient http, string query) =>
        [.. (await new DownloadsClient(http).GetAsync("/downloads" + query)).GetProperty("items").EnumerateArray().Select(job => job.GetProperty("id").GetString())];

    private async Task RefusedAsync(HttpClient client, Operation operation, HttpStatusCode status, string code)
    {
        using var request = operation.Request(_job);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        var text = response.StatusCode == status ? await response.Content.ReadAsStringAsync(Token) : "";
        Assert.True(response.StatusCode == status, $"{operation}: {response.StatusCode} in place of {status}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, JsonDocument.Parse(text).RootElement.GetProperty("code").GetString());
    }

    /// <summary>All that a request could have changed.</summary>
    private async Task<string> EverythingAsync()
    {
        var all = new List<string>();
        foreach (var path in (string[])["/downloads", $"/downloads/{_job}", $"/downloads/{_job}/items", "/tcp/channels", "/tcp/connections"])
        {
            all.Add(await _owner.GetStringAsync(path, Token));
        }

        all.Add(Sqlite.Count(Path.Combine(_service.DataDirectory, "echoservice.db"), "SELECT count(*) FROM jobs").ToString(System.Globalization.CultureInfo.InvariantCulture));
        return string.Join('\n', all);
    }
}
