using System.Net;
using System.Text;
using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

public sealed class IdempotencyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheSameRequestAgainGivesTheSameJob()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();

        var first = await PostAsync(http, "key-1", """{"urls": ["no url", "nor this"], "name": "a"}""");
        var again = await PostAsync(http, "key-1", """{ "name": "a", "urls": ["no url", "nor this"] }""");
        var other = await PostAsync(http, "key-1", """{"urls": ["no url"], "name": "a"}""");
        var otherOptions = await PostAsync(http, "key-1", """{"urls": ["no url", "nor this"], "name": "b"}""");
        var newKey = await PostAsync(http, "key-2", """{"urls": ["no url", "nor this"], "name": "a"}""");

        Assert.Equal(HttpStatusCode.Accepted, first.Status);
        Assert.Equal((HttpStatusCode.Accepted, Id(first.Body)), (again.Status, Id(again.Body)));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotencyMismatch"), (other.Status, DownloadsClient.Text(other.Body, "code")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, otherOptions.Status);
        Assert.NotEqual(Id(first.Body), Id(newKey.Body));
        Assert.Equal(2, (await new DownloadsClient(http).GetAsync("/downloads")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task AHundredAtOnceMakeOneJob()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => PostAsync(http, "key", """{"urls": ["no url"]}""")));

        Assert.All(answers, answer => Assert.True(answer.Status is HttpStatusCode.Accepted or HttpStatusCode.Conflict, answer.Body.ToString()));
        Assert.Single(answers.Where(answer => answer.Status == HttpStatusCode.Accepted).Select(answer => Id(answer.Body)).Distinct());
        Assert.Equal(1, (await new DownloadsClient(http).GetAsync("/downloads")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task AKilledServiceStillKnowsTheJobOfARequest()
    {
        await using var service = await ServiceProcess.StartAsync();
        var first = await PostAsync(service.Client, "key", """{"urls": ["no url"]}""");

        await service.RestartAsync();
        var again = await PostAsync(service.Client, "key", """{"urls": ["no url"]}""");

        Assert.Equal(Id(first.Body), Id(again.Body));
    }

    [Fact]
    public async Task AServiceThatDiesRightAfterTheCommitStillKnowsTheOneJob()
    {
        const string Body = """{"urls": ["no url"]}""";
        await using var service = ServiceProcess.Create();
        service.Environment["ECHOSERVICE_FAILPOINT"] = "after-publish:1";
        await service.StartAsync();
        var asked = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            try
            {
                return (HttpStatusCode?)(await PostAsync(service.Client, "key", Body)).Status;
            }
            catch (HttpRequestException)
            {
                return null; // nobody was told
            }
        }));
        Assert.Equal(137, await service.ExitAsync());
        Assert.DoesNotContain(HttpStatusCode.Accepted, asked.OfType<HttpStatusCode>());

        service.Environment.Remove("ECHOSERVICE_FAILPOINT");
        await service.StartAsync();
        var jobs = (await new DownloadsClient(service.Client).GetAsync("/downloads")).GetProperty("items");
        var again = await PostAsync(service.Client, "key", Body);
        Assert.Equal(Id(Assert.Single(jobs.EnumerateArray())), Id(again.Body));
    }

    [Fact]
    public async Task KeysOfTwoOwnersAreTwoKeys()
    {
        var (one, two) = (new TestKey(0, "one", [.. EchoService.Auth.Scope.All]), new TestKey(1, "two", [.. EchoService.Auth.Scope.All]));
        using var service = new ServiceFixture([.. one.Settings, .. two.Settings]);
        using var any = service.CreateClient();
        using var first = one.ClientOf(any.BaseAddress!);
        using var second = two.ClientOf(any.BaseAddress!);
        var mine = await PostAsync(first, "key", """{"urls": ["no url"]}""");
        var theirs = await PostAsync(second, "key", """{"urls": ["another"]}""");
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (mine.Status, theirs.Status));
        Assert.NotEqual(Id(mine.Body), Id(theirs.Body));
    }

    [Fact]
    public async Task ForgetsTheRequestOfADeletedJobAndOfARefusedList()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        var first = await PostAsync(http, "key", """{"urls": ["no url"]}""");
        using var deleted = await http.DeleteAsync($"/downloads/{Id(first.Body)}", Token);

        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(http, "key", """{"urls": []}""")).Status);
        var second = await PostAsync(http, "key", """{"urls": ["another"]}""");

        Assert.Equal(HttpStatusCode.Accepted, second.Status);
        Assert.NotEqual(Id(first.Body), Id(second.Body));
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(http, "with space", """{"urls": ["x"]}""")).Status);
    }

    private static string? Id(JsonElement job) => DownloadsClient.Text(job, "id");

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(HttpClient http, string key, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/downloads") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await http.SendAsync(request, Token);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token)).RootElement);
    }
}
