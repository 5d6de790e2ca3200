using System.Diagnostics;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

public sealed class PaceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2, 5)]
    [InlineData(20, 40)]
    public async Task BeginsNoMoreTransfersAtAHostInASecondThanItMay(int perSecond, int items)
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
        using var service = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:StartsPerSecondPerHost", $"{perSecond}"));
        var downloads = new DownloadsClient(service.CreateClient());

        var jobs = await Task.WhenAll(Enumerable.Range(0, 2).Select(job => downloads.SubmitAsync(Enumerable.Range(0, items / 2).Select(i => $"/{job}/{i}"), origin)));
        var elsewhere = await downloads.SubmitAsync(["/x"], other);
        await downloads.EndAsync(elsewhere, TimeSpan.FromSeconds(2));
        foreach (var job in jobs)
        {
            Assert.Equal(items / 2, DownloadsClient.Count(await downloads.EndAsync(job), "done"));
        }

        // Any second holds that many starts at most; a tenth more, for the way from us to the origin is not always the same.
        for (var i = 0; i + perSecond < asked.Count; i++)
        {
            Assert.True(Stopwatch.GetElapsedTime(asked[i], asked[i + perSecond]) > TimeSpan.FromSeconds(0.9), $"starts {i} to {i + perSecond} within a second");
        }

        Assert.InRange(Stopwatch.GetElapsedTime(asked[0], asked[^1]).TotalSeconds, (asked.Count - 1) / (double)perSecond * 0.9, ((asked.Count - 1) / (double)perSecond * 2) + 2);
    }

    [Fact]
    public async Task SharesTheServicesBytesASecondFairly()
    {
        await using var fast = await Origin.StartAsync(Token);
        await using var slow = await Origin.StartAsync(Token);
        fast.OnPrefix("/", (path, _) => OriginAnswer.File((ulong)path.Length, 100_000));
        slow.OnPrefix("/", (path, _) => OriginAnswer.File((ulong)path.Length, 100_000));
        using var service = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:MaxBytesPerSecond", "200000"));
        var downloads = new DownloadsClient(service.CreateClient());
        var clock = Stopwatch.StartNew();

        var one = await downloads.SubmitAsync(["/1", "/2", "/3"], fast);
        var two = await downloads.SubmitAsync(["/1", "/2", "/3"], slow);
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
}
