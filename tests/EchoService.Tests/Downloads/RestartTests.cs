using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

public sealed class RestartTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The kills of the contract's first promise, at random moments: nothing lost, nothing twice, nothing half.</summary>
    [Fact]
    public async Task EndsEveryItemExactlyOnceThroughManyKills()
    {
        const int Seed = 2026;
        var random = new Random(Seed);
        var (items, kills) = Environment.GetEnvironmentVariable("ECHOSERVICE_SOAK") is null ? (2000, 10) : (10_000, 50);
        var committed = new Dictionary<string, int>(StringComparer.Ordinal);
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.File((ulong)path.GetHashCode(StringComparison.Ordinal), 3000 + path.Length) with { Delay = TimeSpan.FromMilliseconds(3) });
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var id = await new DownloadsClient(service.Client).SubmitAsync(Enumerable.Range(0, items).Select(i => $"/{i}"), origin);

        for (var kill = 1; kill <= kills; kill++)
        {
            // Anywhere between this kill's share of the items and the next one's, and then at any point of what a batch takes.
            await origin.RequestAsync((int)((kill - 1 + random.NextDouble()) * items / kills * 0.95) + 1, Token);
            await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * 50), Token);
            await service.KillAsync();
            AssertNoPartialFileIsVisible(service, origin, id);
            foreach (var path in Sqlite.Texts(Path.Combine(service.DataDirectory, "echoservice.db"), "SELECT url FROM items WHERE state IN (2, 3)").Select(url => new Uri(url).AbsolutePath))
            {
                committed.TryAdd(path, origin.Requests(path));
            }

            var before = origin.TotalRequests;
            await service.StartAsync();
            await origin.RequestAsync(before + 1, Token).WaitAsync(TimeSpan.FromSeconds(20), Token); // a lease lasts 30
        }

        var downloads = new DownloadsClient(service.Client);
        var job = await downloads.EndAsync(id);
        Assert.Equal(items, DownloadsClient.Count(job, "done"));
        Assert.All(committed, path => Assert.Equal(path.Value, origin.Requests(path.Key)));
        var list = await downloads.ItemsAsync(id);
        Assert.Equal(Enumerable.Range(1, items), list.Select(item => item.GetProperty("n").GetInt32()));
        Assert.All(list, item => Assert.Equal(origin.Sha256(new Uri(DownloadsClient.Text(item, "url")!).AbsolutePath), DownloadsClient.Text(item, "sha256")));
        var files = Directory.GetFiles(Path.Combine(service.DataDirectory, "files", id));
        Assert.Equal(list.Select(item => DownloadsClient.Text(item, "fileName")).Order(StringComparer.Ordinal), files.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(list, item => Assert.Equal(DownloadsClient.Text(item, "sha256"), Files.Sha256(Path.Combine(service.DataDirectory, "files", id, DownloadsClient.Text(item, "fileName")!))));
        Assert.Empty(Directory.GetFiles(Path.Combine(service.DataDirectory, "parts")));
    }

    [Fact]
    public async Task HandsLeasesBackAtOnceOnCtrlCAndGoesOnAfterIt()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, number) => number == 1 ? OriginAnswer.File(1, 1000) with { HangAfter = 10 } : OriginAnswer.Text(path));
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var id = await new DownloadsClient(service.Client).SubmitAsync(Enumerable.Range(0, 8).Select(i => $"/{i}"), origin);
        await origin.RequestAsync(8, Token);

        Assert.Equal(0, await service.InterruptAsync());
        var database = Path.Combine(service.DataDirectory, "echoservice.db");
        Assert.Equal(0, Sqlite.Count(database, "SELECT count(*) FROM lanes"));
        Assert.Equal(8, Sqlite.Count(database, "SELECT count(*) FROM items WHERE state = 0 AND attempts = 0"));
        Assert.Empty(Directory.GetFiles(Path.Combine(service.DataDirectory, "parts")));

        await service.StartAsync();
        var downloads = new DownloadsClient(service.Client);
        Assert.Equal(8, DownloadsClient.Count(await downloads.EndAsync(id), "done"));
    }

    [Fact]
    public async Task RefusesASecondProcessOnTheSameFolder()
    {
        await using var first = await ServiceProcess.StartAsync();
        await using var second = ServiceProcess.Create(("Downloads:DataDirectory", first.DataDirectory));

        second.Launch();

        Assert.Equal(3, await second.ExitAsync());
        Assert.Contains("is in use by another process", Assert.Single(second.Errors.Snapshot()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SaysWhenTheDatabaseIsDamaged()
    {
        await using var service = ServiceProcess.Create();
        Directory.CreateDirectory(service.DataDirectory);
        await File.WriteAllBytesAsync(Path.Combine(service.DataDirectory, "echoservice.db"), new byte[8192].Select((_, i) => (byte)(i * 7)).ToArray(), Token);

        service.Launch();

        Assert.Equal(3, await service.ExitAsync());
        Assert.Contains("echoservice.db", Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADatabaseThatIsDamagedInTheMiddleIsToldAndACopyOfItGoesOn()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path));
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var id = await new DownloadsClient(service.Client).SubmitAsync(Enumerable.Range(0, 1000).Select(i => $"/{i}"), origin);
        await new DownloadsClient(service.Client).EndAsync(id);
        Assert.Equal(0, await service.StopAsync());
        var database = Path.Combine(service.DataDirectory, "echoservice.db");
        var copy = Path.Combine(service.Folder, "copy.db");
        File.Copy(database, copy);
        await using (var file = new FileStream(database, FileMode.Open, FileAccess.Write))
        {
            // The header stays, and what says how the tables are named.
            file.Position = 4 * 4096;
            await file.WriteAsync(Enumerable.Repeat((byte)0xA5, (int)(file.Length - file.Position)).ToArray(), Token);
        }

        service.Launch();

        Assert.Equal(3, await service.ExitAsync());
        Assert.Contains("echoservice.db", Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);
        Assert.Equal(1000, Directory.GetFiles(Path.Combine(service.DataDirectory, "files", id)).Length);
        File.Copy(copy, database, overwrite: true);
        await service.StartAsync();
        Assert.Equal(1000, DownloadsClient.Count(await new DownloadsClient(service.Client).JobAsync(id), "done"));
    }

    private static void AssertNoPartialFileIsVisible(ServiceProcess service, Origin origin, string id)
    {
        var folder = Path.Combine(service.DataDirectory, "files", id);
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            Assert.Equal(origin.Sha256("/" + Path.GetFileNameWithoutExtension(file)), Files.Sha256(file));
        }
    }
}
