using System.Diagnostics;
using System.Text.Json;
using EchoService.Tests.Testing;
using Npgsql;

namespace EchoService.Tests.Downloads.Nodes;

/// <summary>Nodes are killed, their database crashes, their connections are cut: every item ends once, and well.</summary>
public sealed class ChaosTests
{
    private const int Origins = 4;
    private const int PerHost = 8;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static bool Soak => Environment.GetEnvironmentVariable("ECHOSERVICE_SOAK") is not null;

    /// <summary>The short form stays with a shared disk: FailpointTests have deaths with a bucket in every run.</summary>
    public static TheoryData<Deployment> Deployments => Soak ? [Deployment.NodesOnDisk, Deployment.NodesOnS3] : [Deployment.NodesOnDisk];

    /// <summary>The soak form is the contract's: 50,000 URLs, a node killed every 5 s, the database crashed five times, connections cut once a second.</summary>
    [Theory]
    [MemberData(nameof(Deployments))]
    public async Task EveryItemEndsExactlyOnceWhateverDies(Deployment deployment)
    {
        var (items, crashes, interval) = Soak ? (50_000, 5, TimeSpan.FromSeconds(5)) : (3_000, 1, TimeSpan.FromSeconds(2));
        await using var database = await PostgresServer.StartOwnAsync();
        var connection = await database.NewDatabaseAsync();
        var origins = await Task.WhenAll(Enumerable.Range(0, Origins).Select(_ => OriginAsync()));
        await using var bucket = deployment == Deployment.NodesOnS3 ? await S3Server.StartAsync() : null;
        await using var nodes = new ServiceNodes(
            connection,
            [("Downloads:PerHost", $"{PerHost}"), ("Downloads:LeaseSeconds", "4"), ("Http:Limits:RequestsPerSecond", "0")], // every file is read back
            bucket?.Settings ?? []);
        await nodes.StartAsync(3);
        var id = await new DownloadsClient(nodes[0].Client).SubmitAsync(Enumerable.Range(0, items).Select(i => origins[i % Origins].Url($"/{i}").AbsoluteUri));
        await EventuallyRequested(origins, items / 20);
        var before = await RateAsync(origins, TimeSpan.FromSeconds(Soak ? 10 : 2));

        var kills = await DisturbAsync(database, connection, nodes, crashes, interval, until: () => Requests(origins) > items * 6 / 10);
        var recovered = await RecoveryAsync(origins, before, items);

        var downloads = new DownloadsClient(nodes[0].Client);
        var job = await downloads.EndAsync(id, TimeSpan.FromMinutes(10));
        TestContext.Current.SendDiagnosticMessage(
            $"{items} items, {kills} kills, {crashes} crashes; {before:0} requests/s before, {recovered.Rate:0} requests/s {recovered.After.TotalSeconds:0.0} s after the last fault; {Requests(origins)} requests in all");
        Assert.Equal(items, DownloadsClient.Count(job, "done"));
        await AssertEveryItemIsWholeAsync(nodes, downloads, id, origins, items);
        if (bucket is null)
        {
            await AssertNothingElseIsThereAsync(nodes, await downloads.ItemsAsync(id), id);
        }

        Assert.All(origins, origin => Assert.InRange(origin.MostAtOnce, 1, PerHost));
        if (Soak)
        {
            Assert.True(recovered.Rate >= before * 0.9, $"{recovered.Rate:0} requests/s after 30 s, {before:0} before");
        }

        foreach (var origin in origins)
        {
            await origin.DisposeAsync();
        }
    }

    private static async Task<Origin> OriginAsync()
    {
        var origin = await Origin.StartAsync(Token);
        return origin.OnPrefix("/", (path, _) =>
            OriginAnswer.File(ulong.Parse(path[1..], System.Globalization.CultureInfo.InvariantCulture), 3000 + path.Length) with { Delay = TimeSpan.FromMilliseconds(50) });
    }

    /// <summary>Returns how many nodes were killed.</summary>
    private static async Task<int> DisturbAsync(
        PostgresServer database, string connection, ServiceNodes nodes, int crashes, TimeSpan interval, Func<bool> until)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var cutting = CutConnectionsAsync(connection, enough.Token);
        var kills = 0;
        for (var clock = Stopwatch.StartNew(); !until() || crashes > 0;)
        {
            await Task.Delay(interval, Token);
            var victim = nodes[Random.Shared.Next(nodes.Count)];
            await victim.KillAsync();
            kills++;
            if (crashes-- > 0)
            {
                await database.RestartImmediatelyAsync();
            }

            await victim.StartAsync();
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(10), "the items do not get on");
        }

        await enough.CancelAsync();
        await cutting;
        return kills;
    }

    /// <summary>Once a second, every connection that there is.</summary>
    private static async Task CutConnectionsAsync(string connection, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(1), enough));
            try
            {
                await PostgresServer.ExecuteAsync(
                    connection, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'echoservice' AND pid <> pg_backend_pid()");
            }
            catch (NpgsqlException)
            {
                // It is crashed just now.
            }
        }
    }

    private static int Requests(IEnumerable<Origin> origins) => origins.Sum(origin => origin.TotalRequests);

    private static Task EventuallyRequested(Origin[] origins, int count) =>
        Eventually.True(() => Requests(origins) >= count, $"{count} requests have come", TimeSpan.FromSeconds(60));

    private static async Task<double> RateAsync(Origin[] origins, TimeSpan time)
    {
        var (clock, before) = (Stopwatch.StartNew(), Requests(origins));
        await Task.Delay(time, Token);
        return (Requests(origins) - before) / clock.Elapsed.TotalSeconds;
    }

    /// <summary>The best second after the last fault, within 30 of them and before the list comes to its end.</summary>
    private static async Task<(double Rate, TimeSpan After)> RecoveryAsync(Origin[] origins, double before, int items)
    {
        var clock = Stopwatch.StartNew();
        (double Rate, TimeSpan After) best = default;
        while (clock.Elapsed < TimeSpan.FromSeconds(30) && best.Rate < before * 0.9 && Requests(origins) < items * 9 / 10)
        {
            var rate = await RateAsync(origins, TimeSpan.FromSeconds(1));
            best = rate > best.Rate ? (rate, clock.Elapsed) : best;
        }

        return best;
    }

    private static async Task AssertEveryItemIsWholeAsync(ServiceNodes nodes, DownloadsClient downloads, string id, Origin[] origins, int items)
    {
        var list = await downloads.ItemsAsync(id);
        Assert.Equal(Enumerable.Range(1, items), list.Select(item => item.GetProperty("n").GetInt32()));
        await Parallel.ForEachAsync(list, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token }, async (item, _) =>
        {
            var url = new Uri(DownloadsClient.Text(item, "url")!);
            var expected = origins.Single(origin => origin.Port == url.Port).Sha256(url.AbsolutePath);
            Assert.Equal(expected, DownloadsClient.Text(item, "sha256"));
            var number = item.GetProperty("n").GetInt32();
            Assert.Equal(expected, await new DownloadsClient(nodes[number % nodes.Count].Client).ServedSha256Async(id, number));
        });
    }

    private static async Task AssertNothingElseIsThereAsync(ServiceNodes nodes, IReadOnlyList<JsonElement> list, string id)
    {
        var files = Directory.GetFiles(Path.Combine(nodes.Folder, "files", id)).Select(Path.GetFileName);
        Assert.Equal(list.Select(item => DownloadsClient.Text(item, "fileName")).Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
        await Eventually.True(() => Directory.GetFiles(Path.Combine(nodes.Folder, "parts")).Length == 0 || !Soak, "no part is left", TimeSpan.FromSeconds(5));
    }
}
