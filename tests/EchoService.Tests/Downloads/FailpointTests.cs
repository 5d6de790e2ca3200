using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

/// <summary>A process dies at each step of the commit protocol, alone or while others go on: every item still ends once, with the right bytes.</summary>
public sealed class FailpointTests(Deployments deployments) : IClassFixture<Deployments>
{
    private const int PerHost = 8;
    private static readonly string[] s_places = ["after-claim", "mid-body", "after-write", "after-fsync", "before-commit", "after-commit", "after-rename"];
    private static readonly bool s_soak = Environment.GetEnvironmentVariable("ECHOSERVICE_SOAK") is not null;
    private static readonly int s_items = s_soak ? 10_000 : 400;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Where a process dies and how often it comes by before, one death after the other.</summary>
    public static TheoryData<Deployment, string> Deaths => new(
    [
        .. s_places.Select(place => (Deployment.OneProcess, $"{place}:5 {place}:{s_items / 100} {place}:2")),
        .. ((Deployment[])[Deployment.NodesOnDisk, Deployment.NodesOnS3]).SelectMany(nodes => s_soak
            ? s_places.Select(place => (nodes, $"{place}:5 {place}:50 {place}:2"))
            : [(nodes, string.Join(' ', s_places.Select(place => $"{place}:2")))]),
    ]);

    [Theory]
    [MemberData(nameof(Deaths))]
    public async Task NothingIsLostOrDoneTwiceWhenAProcessDies(Deployment deployment, string deaths)
    {
        // Closed while a process starts; slow while it lives: others must not have done all before it comes to its end.
        var gate = new TaskCompletionSource();
        var delay = TimeSpan.FromMilliseconds(deployment == Deployment.OneProcess ? 50 : 200);
        var origins = new[] { await Origin.StartAsync(Token), await Origin.StartAsync(Token) };
        foreach (var origin in origins)
        {
            origin.OnPrefix("/", (path, _) => OriginAnswer.File((ulong)path.GetHashCode(StringComparison.Ordinal), 3000 + path.Length) with { Gate = gate.Task, Delay = delay });
        }

        // Nodes have so few slots each that the dead one's leases, which the others wait for, leave room at the hosts for its successor.
        await using var service = await deployments.StartAsync(
            deployment, ("Downloads:PerHost", $"{PerHost}"), ("Downloads:LeaseSeconds", "2"), ("Downloads:Concurrency", deployment == Deployment.OneProcess ? "64" : "3"));
        var committed = new Dictionary<string, int>(StringComparer.Ordinal);
        var id = await service.Downloads(1).SubmitAsync(Enumerable.Range(0, s_items).Select(i => origins[i % 2].Url($"/{i}").AbsoluteUri));
        var victim = service.Nodes[0];
        await victim.KillAsync();
        foreach (var death in deaths.Split(' '))
        {
            await DeathIsSeenAsync(deployment, origins);
            victim.Environment["ECHOSERVICE_FAILPOINT"] = death;
            victim.Launch();
            await Eventually.True(async () => victim.HasExited || await service.HasLanesAsync(victim), "the process takes part", TimeSpan.FromSeconds(60));
            gate.SetResult();
            Assert.Equal(137, await victim.ExitAsync());
            gate = new TaskCompletionSource();
            AssertEveryVisibleFileIsWhole(service, origins[0], id);
            foreach (var url in await service.CommittedAsync())
            {
                committed.TryAdd(url, Requests(origins, url));
            }
        }

        (delay, _) = (TimeSpan.Zero, gate.TrySetResult());
        victim.Environment.Remove("ECHOSERVICE_FAILPOINT");
        await DeathIsSeenAsync(deployment, origins);
        await victim.StartAsync();
        var downloads = service.Downloads(2);
        var job = await downloads.EndAsync(id, TimeSpan.FromMinutes(3));

        Assert.Equal(s_items, DownloadsClient.Count(job, "done"));
        Assert.All(committed, url => Assert.Equal(url.Value, Requests(origins, url.Key)));
        Assert.All(origins, origin => Assert.InRange(origin.MostAtOnce, 1, PerHost));
        await AssertEveryItemIsWholeAsync(service, origins, id);
        await AssertNothingElseIsLeftAsync(service, origins[0], id);
        foreach (var origin in origins)
        {
            await origin.DisposeAsync();
        }
    }

    /// <summary>Origins count a dead process's requests until they see its connections end. Nodes wait longer than that: for its leases.</summary>
    private static Task DeathIsSeenAsync(Deployment deployment, Origin[] origins) => deployment == Deployment.OneProcess
        ? Eventually.True(() => origins.All(origin => origin.UnderWay == 0), "the origins have seen the death")
        : Task.CompletedTask;

    private static int Requests(Origin[] origins, string url) => origins.Single(origin => origin.Port == new Uri(url).Port).Requests(new Uri(url).AbsolutePath);

    /// <summary>Each item is there once, and any node serves the bytes that the origin has.</summary>
    private static async Task AssertEveryItemIsWholeAsync(DeployedService service, Origin[] origins, string id)
    {
        var items = await service.Downloads(1).ItemsAsync(id);
        Assert.Equal(Enumerable.Range(1, s_items), items.Select(item => item.GetProperty("n").GetInt32()));
        Assert.Equal(s_items, items.Select(item => DownloadsClient.Text(item, "fileName")).Distinct(StringComparer.Ordinal).Count());
        await Parallel.ForEachAsync(items.Index(), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token }, async (item, _) =>
        {
            var expected = origins[0].Sha256(new Uri(DownloadsClient.Text(item.Item, "url")!).AbsolutePath);
            Assert.Equal(expected, DownloadsClient.Text(item.Item, "sha256"));
            Assert.Equal(expected, await service.Downloads(item.Index).ServedSha256Async(id, item.Index + 1));
        });
    }

    /// <summary>What dead processes left behind goes when the next one starts; what of it lies in a bucket goes with its job.</summary>
    private static async Task AssertNothingElseIsLeftAsync(DeployedService service, Origin origin, string id)
    {
        if (service.DataDirectory is { } folder)
        {
            Assert.Equal(s_items, AssertEveryVisibleFileIsWhole(service, origin, id));
            if (service.Nodes.Count > 1)
            {
                await service.Nodes[1].RestartAsync();
                await ServiceNodes.ReadyAsync(service.Nodes[1]);
            }

            await Eventually.True(() => Directory.GetFiles(Path.Combine(folder, "parts")).Length == 0, "no part is left");
        }
        else
        {
            Assert.InRange((await service.Bucket!.KeysAsync()).Count, s_items, s_items * 2);
            using var removed = await service.Nodes[1].Client.DeleteAsync($"/downloads/{id}", Token);
            Assert.Empty(await service.Bucket.KeysAsync());
        }
    }

    /// <summary>On disk; objects are seen through rows alone. Returns how many files there are.</summary>
    private static int AssertEveryVisibleFileIsWhole(DeployedService service, Origin origin, string id)
    {
        var folder = Path.Combine(service.DataDirectory ?? "", "files", id);
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder) : [];
        Assert.All(files, file => Assert.Equal(origin.Sha256("/" + Path.GetFileNameWithoutExtension(file)), Files.Sha256(file)));
        return files.Length;
    }
}
