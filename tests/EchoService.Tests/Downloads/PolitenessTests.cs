using System.Diagnostics;
using System.Globalization;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

/// <summary>What origins may count on, from one process and from nodes that share a store.</summary>
public sealed class PolitenessTests(Deployments deployments) : IClassFixture<Deployments>
{
    private const int PerHost = 8;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Deployment.OneProcess)]
    [InlineData(Deployment.NodesOnDisk)]
    [InlineData(Deployment.NodesOnS3)]
    public async Task FetchesInListOrderOneAtATimeWithConcurrencyOne(Deployment deployment)
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

        var downloads = (await ServiceAsync(deployment)).Downloads(0);
        var urls = Enumerable.Range(0, 30).Select(i => (i / 4 % 2 == 0 ? first : second).Url($"/{i}").AbsoluteUri);

        await downloads.EndAsync(await downloads.SubmitAsync(urls, new { concurrency = 1 }));

        // Line 4 is tried again before the line after it.
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"/{i}").SelectMany(path => path == "/3" ? new[] { path, path } : [path]), order);
        Assert.Equal(1, first.MostAtOnce);
        Assert.Equal(1, second.MostAtOnce);
    }

    [Theory]
    [InlineData(Deployment.OneProcess)]
    [InlineData(Deployment.NodesOnDisk)]
    [InlineData(Deployment.NodesOnS3)]
    public async Task NeverExceedsTheHostsSlotsAcrossJobs(Deployment deployment)
    {
        await using var origin = await Origin.StartAsync(Token);
        var full = new TaskCompletionSource();
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path) with { Delay = TimeSpan.FromMilliseconds(5), Gate = full.Task });
        var service = await ServiceAsync(deployment);

        var jobs = await Task.WhenAll(Enumerable.Range(0, 4).Select(job =>
            service.Downloads(job).SubmitAsync(Enumerable.Range(0, 100).Select(i => $"/{job}/{i}"), origin, new { perHost = 100 })));
        await origin.RequestAsync(PerHost, Token);
        full.SetResult();
        foreach (var (place, job) in jobs.Index())
        {
            Assert.Equal(100, DownloadsClient.Count(await service.Downloads(place + 1).EndAsync(job), "done"));
        }

        Assert.Equal(PerHost, origin.MostAtOnce);
        Assert.Equal(400, origin.TotalRequests);
    }

    [Theory]
    [InlineData(Deployment.OneProcess)]
    [InlineData(Deployment.NodesOnDisk)]
    [InlineData(Deployment.NodesOnS3)]
    public async Task LetsAJobLowerTheLimits(Deployment deployment)
    {
        await using var origin = await Origin.StartAsync(Token);
        await using var other = await Origin.StartAsync(Token);
        var full = new TaskCompletionSource();
        foreach (var each in (Origin[])[origin, other])
        {
            each.OnPrefix("/", (path, _) => OriginAnswer.Text(path) with { Delay = TimeSpan.FromMilliseconds(5), Gate = full.Task });
        }

        var downloads = (await ServiceAsync(deployment)).Downloads(0);

        var perHost = await downloads.SubmitAsync(Enumerable.Range(0, 40).Select(i => $"/{i}"), origin, new { perHost = 2 });
        var concurrency = await downloads.SubmitAsync(Enumerable.Range(0, 40).Select(i => $"/{i}"), other, new { concurrency = 4 });
        await origin.RequestAsync(2, Token);
        await other.RequestAsync(4, Token);
        full.SetResult();
        await downloads.EndAsync(perHost);
        await downloads.EndAsync(concurrency);

        Assert.Equal(2, origin.MostAtOnce);
        Assert.Equal(4, other.MostAtOnce);
    }

    [Theory]
    [InlineData(Deployment.OneProcess, 503, 5, false)]
    [InlineData(Deployment.OneProcess, 429, 3, true)]
    [InlineData(Deployment.NodesOnDisk, 503, 5, false)]
    [InlineData(Deployment.NodesOnDisk, 429, 3, true)]
    [InlineData(Deployment.NodesOnS3, 503, 5, false)]
    [InlineData(Deployment.NodesOnS3, 429, 3, true)]
    public async Task LeavesAHostAloneForAsLongAsItAsks(Deployment deployment, int status, int seconds, bool byDate)
    {
        await using var busy = await Origin.StartAsync(Token);
        await using var other = await Origin.StartAsync(Token);
        var (asked, elsewhere) = (new List<long>(), new List<long>());
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        busy.OnPrefix("/", (path, _) =>
        {
            lock (asked)
            {
                asked.Add(Stopwatch.GetTimestamp());
                begun.TrySetResult();
                return asked.Count > 1 ? OriginAnswer.Text(path)
                    : OriginAnswer.Busy(byDate ? TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToString("R") : $"{seconds}", status);
            }
        });
        other.OnPrefix("/", (path, _) =>
        {
            lock (asked)
            {
                elsewhere.Add(Stopwatch.GetTimestamp());
                return OriginAnswer.Text(path) with { Gate = begun.Task };
            }
        });
        var downloads = (await ServiceAsync(deployment)).Downloads(0);

        var id = await downloads.SubmitAsync(
            [.. Enumerable.Range(0, 20).SelectMany(i => new[] { busy.Url($"/{i}").AbsoluteUri, other.Url($"/{i}").AbsoluteUri })], new { perHost = 1 });
        var job = await downloads.EndAsync(id);

        Assert.Equal(40, DownloadsClient.Count(job, "done"));
        Assert.InRange(elsewhere.Count(at => at > asked[0] && at < asked[1]), 5, 20);

        // A date has no parts of a second. A busy machine looks late, never early.
        Assert.InRange(Stopwatch.GetElapsedTime(asked[0], asked[1]).TotalSeconds, seconds - (byDate ? 1.1 : 0.1), seconds + 20);
    }

    [Theory]
    [InlineData(Deployment.OneProcess)]
    [InlineData(Deployment.NodesOnDisk)]
    [InlineData(Deployment.NodesOnS3)]
    public async Task AHostThatHangsStarvesNobody(Deployment deployment)
    {
        await using var hanging = await Origin.StartAsync(Token);
        await using var good = await Origin.StartAsync(Token);
        hanging.OnPrefix("/", (_, _) => new OriginAnswer { HangBeforeHeaders = true });
        good.OnPrefix("/", (path, _) => OriginAnswer.Text(path));
        var service = await ServiceAsync(deployment);
        var downloads = service.Downloads(1);

        var stuck = await service.Downloads(0).SubmitAsync(Enumerable.Range(0, 500).Select(i => $"/{i}"), hanging);
        await hanging.RequestAsync(PerHost, Token);
        var id = await downloads.SubmitAsync(Enumerable.Range(0, 200).Select(i => $"/{i}"), good);
        var job = await downloads.EndAsync(id, TimeSpan.FromSeconds(10));

        Assert.Equal(200, DownloadsClient.Count(job, "done"));
        Assert.Equal(PerHost, hanging.TotalRequests);
        using var cancelled = await service.Nodes[0].Client.PostAsync($"/downloads/{stuck}/cancel", null, Token);
    }

    [Theory]
    [InlineData(Deployment.OneProcess)]
    [InlineData(Deployment.NodesOnDisk)]
    [InlineData(Deployment.NodesOnS3)]
    public async Task GivesUpAHostThatIsDeadAndOnlyThatOne(Deployment deployment)
    {
        await using var good = await Origin.StartAsync(Token);
        good.OnPrefix("/", (path, _) => OriginAnswer.Text(path));
        using var dead = new RefusedPort();
        var service = await ServiceAsync(deployment);
        var downloads = service.Downloads(0);

        var id = await downloads.SubmitAsync(Enumerable.Range(0, 300).SelectMany(i => new[] { dead.Url($"/{i}").AbsoluteUri, good.Url($"/{i}").AbsoluteUri }), new { attempts = 100 });
        var job = await downloads.EndAsync(id);

        Assert.Equal((300, 300), (DownloadsClient.Count(job, "done"), DownloadsClient.Count(job, "failed")));
        var items = await downloads.ItemsAsync(id, "state=failed");
        Assert.All(items, item => Assert.Equal("connect", DownloadsClient.Text(item, "errorCode")));
        Assert.All(items, item => Assert.EndsWith("the host was given up.", DownloadsClient.Text(item, "error"), StringComparison.Ordinal));
        await service.LoggedAsync($"Host 127.0.0.1:{dead.Number} given up for job {id}");
        await Eventually.Passes(async () => Assert.Equal(300, (await Task.WhenAll(service.Nodes.Select(FailedToConnectAsync))).Sum()));
    }

    [Theory]
    [InlineData(Deployment.OneProcess)]
    [InlineData(Deployment.NodesOnDisk)]
    [InlineData(Deployment.NodesOnS3)]
    public async Task GivesHostsOfUnequalListsEqualTurns(Deployment deployment)
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

        // The first host has 22 items, the last one 4: so few that a turn is one item. A node has one slot, so that turns are seen one by one.
        await using var service = await deployments.StartAsync(deployment, ("Downloads:Concurrency", "1"));
        var urls = origins.SelectMany((origin, rank) => Enumerable.Range(0, 22 - (2 * rank)).Select(i => origin.Url($"/{i}").AbsoluteUri));

        await service.Downloads(1).EndAsync(await service.Downloads(0).SubmitAsync(urls));

        // Turn by turn each host is served once before any is served again, while all have something to give; what other nodes have begun may be a turn off.
        for (var turns = 1; turns <= 4; turns++)
        {
            var served = asked.Take(Hosts * turns).CountBy(host => host).ToDictionary();
            Assert.All(Enumerable.Range(0, Hosts), host => Assert.InRange(served.GetValueOrDefault(host), turns - (service.Nodes.Count - 1), turns + (service.Nodes.Count - 1)));
        }

        foreach (var origin in origins)
        {
            await origin.DisposeAsync();
        }
    }
    private Task<DeployedService> ServiceAsync(Deployment deployment) => deployments.SharedAsync(deployment, ("Downloads:HostRests", "2"));

    private static async Task<int> FailedToConnectAsync(ServiceProcess node)
    {
        const string Counter = """echoservice_downloads_items_total{error_code="connect",outcome="failed"} """;
        var metrics = await node.Client.GetStringAsync("/metrics", Token);
        return int.Parse(metrics.Split('\n').Single(line => line.StartsWith(Counter, StringComparison.Ordinal))[Counter.Length..], CultureInfo.InvariantCulture);
    }
}
