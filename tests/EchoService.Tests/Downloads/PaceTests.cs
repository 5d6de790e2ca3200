using System.Diagnostics;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

public sealed class PaceTests(Deployments deployments) : IClassFixture<Deployments>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Deployment.OneProcess, 2, 8)]
    [InlineData(Deployment.OneProcess, 20, 40)]
    [InlineData(Deployment.NodesOnDisk, 2, 8)]
    [InlineData(Deployment.NodesOnS3, 20, 40)]
    public async Task BeginsNoMoreTransfersAtAHostInASecondThanItMay(Deployment deployment, int perSecond, int items)
    {
        await using var origin = await Origin.StartAsync(Token);
        await using var other = await Origin.StartAsync(Token);
        var asked = new List<long>();
        origin.OnPrefix("/", (path, _) =>
        {
            lock (asked)
            {
                asked.Add(Stopwatch.GetTimestamp());
            }

            return OriginAnswer.Text(path) with { Delay = TimeSpan.FromMilliseconds(100) };
        });
        other.OnPrefix("/", (path, _) => OriginAnswer.Text(path));
        await using var service = await deployments.StartAsync(deployment, ("Downloads:StartsPerSecondPerHost", $"{perSecond}"));
        var downloads = service.Downloads(0);

        await FetchOnceAsync(service, other);

        var begun = Stopwatch.GetTimestamp();
        var jobs = await Task.WhenAll(Enumerable.Range(0, 2).Select(job => service.Downloads(job).SubmitAsync(Enumerable.Range(0, items / 2).Select(i => $"/{job}/{i}"), origin)));
        var elsewhere = await downloads.SubmitAsync(["/x"], other);
        await downloads.EndAsync(elsewhere);
        foreach (var job in jobs)
        {
            Assert.Equal(items / 2, DownloadsClient.Count(await downloads.EndAsync(job), "done"));
        }

        AssertPace(begun, asked, perSecond);
        Assert.InRange(Stopwatch.GetElapsedTime(asked[0], asked[^1]).TotalSeconds, 0, ((asked.Count - 1) / (double)perSecond * 2) + 5);
    }

    [Theory]
    [InlineData(Deployment.OneProcess)]
    [InlineData(Deployment.NodesOnDisk)]
    public async Task WhatASlowHostHeldUpIsNotMadeUpForAtOnce(Deployment deployment)
    {
        const int PerSecond = 40;
        const int PerHost = 8;
        const int Lanes = 4;
        await using var origin = await Origin.StartAsync(Token);
        await using var other = await Origin.StartAsync(Token);
        other.OnPrefix("/", (path, _) => OriginAnswer.Text(path));
        var gate = new TaskCompletionSource();
        var asked = new List<long>();
        origin.OnPrefix("/", (path, _) =>
        {
            lock (asked)
            {
                asked.Add(Stopwatch.GetTimestamp());
                return OriginAnswer.Text(path) with { Gate = gate.Task };
            }
        });
        await using var service = await deployments.StartAsync(deployment, ("Downloads:StartsPerSecondPerHost", $"{PerSecond}"));
        await FetchOnceAsync(service, other);

        // Each lane is at its first item, and has 19 more that could have begun by now.
        var id = await service.Downloads(0).SubmitAsync(Enumerable.Range(0, 1000).Select(i => $"/{i}"), origin);
        await origin.RequestAsync(Lanes, Token);
        long begun;
        int before;
        lock (asked)
        {
            (begun, before) = (Stopwatch.GetTimestamp(), asked.Count);
        }

        gate.SetResult();
        await origin.RequestAsync(before + (2 * PerSecond), Token);
        using var cancelled = await service.Nodes[0].Client.PostAsync($"/downloads/{id}/cancel", null, Token);

        lock (asked)
        {
            AssertPace(begun, asked[before..], PerSecond, onTheirWay: PerHost);
        }
    }

    [Fact]
    public async Task SharesTheServicesBytesASecondFairly()
    {
        await using var fast = await Origin.StartAsync(Token);
        await using var slow = await Origin.StartAsync(Token);
        var gate = new TaskCompletionSource();
        foreach (var each in (Origin[])[fast, slow])
        {
            each.OnPrefix("/", (path, _) => OriginAnswer.File((ulong)path.Length, 100_000) with { Gate = gate.Task });
        }

        using var service = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:MaxBytesPerSecond", "200000"));
        var downloads = new DownloadsClient(service.CreateClient());

        var one = await downloads.SubmitAsync(["/1", "/2", "/3"], fast);
        var two = await downloads.SubmitAsync(["/1", "/2", "/3"], slow);
        await Task.WhenAll(fast.RequestAsync(3, Token), slow.RequestAsync(3, Token));
        var clock = Stopwatch.StartNew();
        gate.SetResult();
        var first = await downloads.EndAsync(one);
        var second = await downloads.EndAsync(two);

        Assert.InRange(clock.Elapsed.TotalSeconds, 2.7, 8);
        Assert.Equal(600_000, first.GetProperty("bytes").GetInt64() + second.GetProperty("bytes").GetInt64());
        Assert.InRange((first.GetProperty("finishedAt").GetDateTimeOffset() - second.GetProperty("finishedAt").GetDateTimeOffset()).Duration().TotalSeconds, 0, 1.2);
    }

    [Fact]
    public async Task ABytesLimitHoldsForFetchesToo()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/a", OriginAnswer.File(1, 100_000));
        using var service = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:MaxBytesPerSecond", "100000"));
        using var http = service.CreateClient();
        var clock = Stopwatch.StartNew();

        using var response = await http.PostAsync("/fetch", new StringContent($$"""{"url": "{{origin.Url("/a")}}"}""", null, "application/json"), Token);

        Assert.Equal(100_000, (await response.Content.ReadAsByteArrayAsync(Token)).Length);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.9, 5);
    }

    /// <summary>A process's first transfer of all takes its time on the way to the origin.</summary>
    private static Task FetchOnceAsync(DeployedService service, Origin origin) => Task.WhenAll(service.Nodes.Select(async node =>
    {
        using var answer = await node.Client.PostAsync("/fetch", new StringContent($$"""{"url": "{{origin.Url("/")}}"}""", null, "application/json"), Token);
        Assert.True(answer.IsSuccessStatusCode);
    }));

    /// <summary>By no time have there been a quarter more starts than were due by it. The origin sees each late, but none early.</summary>
    /// <param name="begun">When the first was due.</param>
    /// <param name="onTheirWay">So many may have begun before that and be seen after it.</param>
    private static void AssertPace(long begun, List<long> asked, int perSecond, int onTheirWay = 0) => Assert.All(
        asked, (at, i) => Assert.True(Stopwatch.GetElapsedTime(begun, at).TotalSeconds > (i - onTheirWay) / (double)perSecond * 0.8, Times(begun, asked)));

    /// <summary>In milliseconds.</summary>
    private static string Times(long begun, List<long> asked) => string.Join(' ', asked.Select(each => $"{Stopwatch.GetElapsedTime(begun, each).TotalMilliseconds:0}"));
}
