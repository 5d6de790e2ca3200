using System.Diagnostics;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

public sealed class PolitenessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FetchesInListOrderOneAtATimeWithConcurrencyOne()
    {
        await using var first = await Origin.StartAsync(Token);
        await using var second = await Origin.StartAsync(Token);
        var order = new List<string>();
        foreach (var origin in (Origin[])[first, second])
        {
            origin.OnPrefix("/", (path, number) =>
            {
                lock (order)
                {
                    order.Add(path);
                }

                return path == "/3" && number == 1 ? OriginAnswer.Error(500) : OriginAnswer.Text(path);
            });
        }

        using var service = new ServiceFixture(DownloadsClient.Loopback);
        var downloads = new DownloadsClient(service.CreateClient());
        var urls = Enumerable.Range(0, 30).Select(i => (i / 4 % 2 == 0 ? first : second).Url($"/{i}").AbsoluteUri);

        await downloads.EndAsync(await downloads.SubmitAsync(urls, new { concurrency = 1 }));

        // Line 4 is tried again before the line after it.
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"/{i}").SelectMany(path => path == "/3" ? new[] { path, path } : [path]), order);
        Assert.Equal(1, first.MostAtOnce);
        Assert.Equal(1, second.MostAtOnce);
    }

    [Fact]
    public async Task NeverExceedsTheHostsSlotsAcrossJobs()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path) with { Delay = TimeSpan.FromMilliseconds(5) });
        using var service = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:PerHost", "3"));
        var downloads = new DownloadsClient(service.CreateClient());

        var jobs = await Task.WhenAll(Enumerable.Range(0, 4).Select(job =>
            downloads.SubmitAsync(Enumerable.Range(0, 50).Select(i => $"/{job}/{i}"), origin, new { perHost = 100 })));
        foreach (var job in jobs)
        {
            Assert.Equal(50, DownloadsClient.Count(await downloads.EndAsync(job), "done"));
        }

        Assert.Equal(3, origin.MostAtOnce);
    }

    [Fact]
    public async Task LetsAJobLowerTheLimits()
    {
        await using var origin = await Origin.StartAsync(Token);
        await using var other = await Origin.StartAsync(Token);
        foreach (var each in (Origin[])[origin, other])
        {
            each.OnPrefix("/", (path, _) => OriginAnswer.Text(path) with { Delay = TimeSpan.FromMilliseconds(5) });
        }

        using var service = new ServiceFixture(DownloadsClient.Loopback);
        var downloads = new DownloadsClient(service.CreateClient());

        var perHost = await downloads.SubmitAsync(Enumerable.Range(0, 40).Select(i => $"/{i}"), origin, new { perHost = 2 });
        var concurrency = await downloads.SubmitAsync(Enumerable.Range(0, 40).Select(i => $"/{i}"), other, new { concurrency = 4 });
        await downloads.EndAsync(perHost);
        await downloads.EndAsync(concurrency);

        Assert.Equal(2, origin.MostAtOnce);
        Assert.Equal(4, other.MostAtOnce);
    }

    [Theory]
    [InlineData(503, 5)]
    [InlineData(429, 2)]
    public async Task LeavesAHostAloneForAsLongAsItAsks(int status, int seconds)
    {
        await using var busy = await Origin.StartAsync(Token);
        await using var other = await Origin.StartAsync(Token);
        var asked = new List<long>();
        busy.OnPrefix("/", (path, _) =>
        {
            lock (asked)
            {
                asked.Add(Stopwatch.GetTimestamp());
                return asked.Count == 1 ? OriginAnswer.Busy($"{seconds}", status) : OriginAnswer.Text(path);
            }
        });
        other.OnPrefix("/", (path, _) => OriginAnswer.Text(path));
        using var service = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:PerHost", "1"));
        var downloads = new DownloadsClient(service.CreateClient());

        var id = await downloads.SubmitAsync([.. Enumerable.Range(0, 20).SelectMany(i => new[] { busy.Url($"/{i}").AbsoluteUri, other.Url($"/{i}").AbsoluteUri })]);
        await other.RequestAsync(20, Token);
        var requestsWhileResting = busy.TotalRequests;
        var job = await downloads.EndAsync(id);

        Assert.Equal(1, requestsWhileResting);
        Assert.Equal(40, DownloadsClient.Count(job, "done"));
        Assert.InRange(Stopwatch.GetElapsedTime(asked[0], asked[1]).TotalSeconds, seconds - 0.1, seconds + 3);
    }

    [Fact]
    public async Task AHostThatHangsStarvesNobody()
    {
        await using var hanging = await Origin.StartAsync(Token);
        await using var good = await Origin.StartAsync(Token);
        hanging.OnPrefix("/", (_, _) => new OriginAnswer { HangBeforeHeaders = true });
        good.OnPrefix("/", (path, _) => OriginAnswer.Text(path));
        using var service = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:Concurrency", "16"));
        var downloads = new DownloadsClient(service.CreateClient());

        await downloads.SubmitAsync(Enumerable.Range(0, 500).Select(i => $"/{i}"), hanging);
        await hanging.RequestAsync(8, Token);
        var id = await downloads.SubmitAsync(Enumerable.Range(0, 200).Select(i => $"/{i}"), good);
        var job = await downloads.EndAsync(id, TimeSpan.FromSeconds(10));

        Assert.Equal(200, DownloadsClient.Count(job, "done"));
        Assert.Equal(8, hanging.TotalRequests);
    }

    [Fact]
    public async Task GivesUpAHostThatIsDeadAndOnlyThatOne()
    {
        await using var good = await Origin.StartAsync(Token);
        good.OnPrefix("/", (path, _) => OriginAnswer.Text(path));
        using var dead = new RefusedPort();
        using var service = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:HostRests", "2"));
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);

        var id = await downloads.SubmitAsync(Enumerable.Range(0, 300).SelectMany(i => new[] { dead.Url($"/{i}").AbsoluteUri, good.Url($"/{i}").AbsoluteUri }), new { attempts = 100 });
        var job = await downloads.EndAsync(id);

        Assert.Equal((300, 300), (DownloadsClient.Count(job, "done"), DownloadsClient.Count(job, "failed")));
        var items = await downloads.ItemsAsync(id, "state=failed");
        Assert.All(items, item => Assert.Equal("connect", DownloadsClient.Text(item, "errorCode")));
        Assert.All(items, item => Assert.EndsWith("the host was given up.", DownloadsClient.Text(item, "error"), StringComparison.Ordinal));
        await service.Logs.WaitForAsync($"Host 127.0.0.1:{dead.Number} given up for job {id}");
        await Eventually.Passes(async () => Assert.Contains(
            """echoservice_downloads_items_total{error_code="connect",outcome="failed"} 300""", await http.GetStringAsync("/metrics", Token), StringComparison.Ordinal));
    }

    [Fact]
    public async Task GivesHostsOfUnequalListsEqualTurns()
    {
        const int Hosts = 10;
        var origins = await Task.WhenAll(Enumerable.Range(0, Hosts).Select(_ => Origin.StartAsync(Token)));
        var asked = new List<int>();
        for (var i = 0; i < origins.Length; i++)
        {
            var host = i;
            origins[i].OnPrefix("/", (path, _) =>
            {
                lock (asked)
                {
                    asked.Add(host);
                }

                return OriginAnswer.Text(path);
            });
        }

        // The first host has 160 items, the last one 16; one slot, so that turns are seen one by one.
        using var service = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:Concurrency", "1"), ("Downloads:PerHost", "5"));
        var downloads = new DownloadsClient(service.CreateClient());
        var urls = origins.SelectMany((origin, rank) => Enumerable.Range(0, 16 * (Hosts - rank)).Select(i => origin.Url($"/{i}").AbsoluteUri));

        await downloads.EndAsync(await downloads.SubmitAsync(urls));

        // Turn by turn each host is served once before any is served again, while all have something to give.
        var turns = asked.Aggregate(new List<int>(), (turns, host) =>
        {
            if (turns.Count == 0 || turns[^1] != host)
            {
                turns.Add(host);
            }

            return turns;
        });
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(Enumerable.Range(0, Hosts), turns.Skip(Hosts * round).Take(Hosts).Order());
        }

        foreach (var origin in origins)
        {
            await origin.DisposeAsync();
        }
    }
}
