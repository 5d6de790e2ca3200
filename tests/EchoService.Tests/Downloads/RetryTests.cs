using System.Net;
using System.Text;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

public sealed class RetryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RetryFetchesFailedItemsAgainAndLeadsBackToRunning()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/missing", (path, number) => number == 1 ? OriginAnswer.Error(404) : OriginAnswer.Text(path))
            .OnPrefix("/", (path, number) => number == 1 ? OriginAnswer.Error(403) : OriginAnswer.Text(path));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(["/missing/1", "/a", "/missing/2", "no url"], origin);
        Assert.Equal(4, DownloadsClient.Count(await downloads.EndAsync(id), "failed"));

        using var some = await http.PostAsync($"/downloads/{id}/retry?errorCode=notFound", null, Token);
        Assert.Equal(HttpStatusCode.Accepted, some.StatusCode);
        var job = await downloads.EndAsync(id);
        Assert.Equal(2, DownloadsClient.Count(job, "done"));
        Assert.Equal(2, DownloadsClient.Count(job, "failed"));
        Assert.Equal(1, origin.Requests("/a"));

        using var all = await http.PostAsync($"/downloads/{id}/retry", null, Token);
        job = await downloads.EndAsync(id);

        Assert.Equal("completed", DownloadsClient.Text(job, "state"));
        Assert.Equal(3, DownloadsClient.Count(job, "done"));
        Assert.Equal("invalidUrl", DownloadsClient.Text(Assert.Single(await downloads.ItemsAsync(id, "state=failed")), "errorCode"));
        Assert.Equal("nothingToRetry", await PauseTests.CodeAsync(http, $"/downloads/{id}/retry", HttpStatusCode.Conflict));
        Assert.Equal("invalidRequest", await PauseTests.CodeAsync(http, $"/downloads/{id}/retry?errorCode=no", HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task RetryInListOrderKeepsTheOrder()
    {
        var order = new List<string>();
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, number) =>
        {
            lock (order)
            {
                order.Add(path);
            }

            return number == 1 ? OriginAnswer.Error(404) : OriginAnswer.Text(path);
        });
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var paths = Enumerable.Range(0, 10).Select(i => $"/{i}").ToList();
        var id = await downloads.SubmitAsync(paths, origin, new { concurrency = 1 });
        await downloads.EndAsync(id);

        using var retried = await http.PostAsync($"/downloads/{id}/retry", null, Token);

        Assert.Equal(10, DownloadsClient.Count(await downloads.EndAsync(id), "done"));
        Assert.Equal([.. paths, .. paths], order);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task ANewUrlForAFailedItemIsFetchedAtItsOwnHost(int concurrency)
    {
        await using var origin = await Origin.StartAsync(Token);
        await using var other = await Origin.StartAsync(Token);
        origin.On("/a", OriginAnswer.Text("a"));
        other.On("/b", OriginAnswer.Text("b"));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(["/a", "/expired", "no url"], origin, new { concurrency });
        await downloads.EndAsync(id);

        using var replaced = await http.PostAsync($"/downloads/{id}/items/2", Url(other.Url("/b")), Token);
        Assert.Equal(HttpStatusCode.Accepted, replaced.StatusCode);
        await downloads.EndAsync(id);
        using var second = await http.PostAsync($"/downloads/{id}/items/3", Url(other.Url("/b")), Token);
        var job = await downloads.EndAsync(id);

        Assert.Equal(3, DownloadsClient.Count(job, "done"));
        var items = await downloads.ItemsAsync(id);
        Assert.Equal(other.Url("/b").AbsoluteUri, DownloadsClient.Text(items[1], "url"));
        Assert.Equal(["done", "done", "done"], items.Select(item => DownloadsClient.Text(item, "state")));
        Assert.Equal("itemEnded", await PauseTests.CodeAsync(http, $"/downloads/{id}/items/1", HttpStatusCode.Conflict, Url(other.Url("/b"))));
        Assert.Equal("notFound", await PauseTests.CodeAsync(http, $"/downloads/{id}/items/4", HttpStatusCode.NotFound, Url(other.Url("/b"))));
        Assert.Equal("invalidUrl", await PauseTests.CodeAsync(http, $"/downloads/{id}/items/2", HttpStatusCode.BadRequest, Url(new Uri("file:///etc/passwd"))));
    }

    [Fact]
    public async Task ANewUrlForACancelledItemFetchesItAlone()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/hang", (_, _) => new OriginAnswer { HangBeforeHeaders = true }).On("/a", OriginAnswer.Text("a"));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(Enumerable.Range(0, 20).Select(i => $"/hang/{i}"), origin);
        await origin.RequestAsync(8, Token);
        Assert.Equal("itemRunning", await PauseTests.CodeAsync(http, $"/downloads/{id}/items/1", HttpStatusCode.Conflict, Url(origin.Url("/a"))));
        using var cancelled = await http.PostAsync($"/downloads/{id}/cancel", null, Token);

        using var replaced = await http.PostAsync($"/downloads/{id}/items/1", Url(origin.Url("/a")), Token);

        var job = await downloads.EndAsync(id);
        Assert.Equal("completed", DownloadsClient.Text(job, "state"));
        Assert.Equal(1, DownloadsClient.Count(job, "done"));
        Assert.Equal(19, DownloadsClient.Count(job, "cancelled"));
    }

    private static StringContent Url(Uri url) => new($$"""{"url": "{{url.OriginalString}}"}""", Encoding.UTF8, "application/json");
}
