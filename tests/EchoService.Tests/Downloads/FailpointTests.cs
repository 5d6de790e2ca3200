using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

/// <summary>The process dies at each step of the commit protocol: every item still ends once, with the right bytes.</summary>
public sealed class FailpointTests
{
    private static readonly int Items = Environment.GetEnvironmentVariable("ECHOSERVICE_SOAK") is null ? 300 : 10_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("after-claim")]
    [InlineData("mid-body")]
    [InlineData("after-write")]
    [InlineData("after-fsync")]
    [InlineData("before-commit")]
    [InlineData("after-commit")]
    [InlineData("after-rename")]
    public async Task NothingIsLostOrDoneTwiceWhenTheProcessDies(string place)
    {
        await using var origin = await Origin.StartAsync(Token);
        var gate = new TaskCompletionSource();
        origin.OnPrefix("/", (path, _) => OriginAnswer.File((ulong)path.GetHashCode(StringComparison.Ordinal), 3000 + path.Length) with { Gate = gate.Task });
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var committed = new Dictionary<string, int>(StringComparer.Ordinal);
        var id = await new DownloadsClient(service.Client).SubmitAsync(Enumerable.Range(0, Items).Select(i => $"/{i}"), origin);
        await service.KillAsync();
        gate.SetResult();
        foreach (var time in (int[])[5, Items / 100, 2])
        {
            service.Environment["ECHOSERVICE_FAILPOINT"] = $"{place}:{time}";
            service.Launch();
            Assert.Equal(137, await service.ExitAsync());
            AssertEveryVisibleFileIsWhole(service, origin, id);
            foreach (var path in Committed(service))
            {
                committed.TryAdd(path, origin.Requests(path));
            }
        }

        service.Environment.Remove("ECHOSERVICE_FAILPOINT");
        await service.StartAsync();
        var downloads = new DownloadsClient(service.Client);
        var job = await downloads.EndAsync(id, TimeSpan.FromMinutes(3));

        Assert.Equal(Items, DownloadsClient.Count(job, "done"));
        Assert.Equal(Items, AssertEveryVisibleFileIsWhole(service, origin, id));
        var items = await downloads.ItemsAsync(id);
        Assert.All(items, item => Assert.Equal(origin.Sha256(new Uri(DownloadsClient.Text(item, "url")!).AbsolutePath), DownloadsClient.Text(item, "sha256")));
        Assert.All(committed, path => Assert.Equal(path.Value, origin.Requests(path.Key)));
        Assert.Empty(Directory.GetFiles(Path.Combine(service.DataDirectory, "parts")));
    }

    private static IEnumerable<string> Committed(ServiceProcess service) =>
        Sqlite.Texts(Path.Combine(service.DataDirectory, "echoservice.db"), "SELECT url FROM items WHERE state IN (2, 3)").Select(url => new Uri(url).AbsolutePath);

    private static int AssertEveryVisibleFileIsWhole(ServiceProcess service, Origin origin, string id)
    {
        var folder = Path.Combine(service.DataDirectory, "files", id);
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder) : [];
        Assert.All(files, file => Assert.Equal(origin.Sha256("/" + Path.GetFileNameWithoutExtension(file)), Files.Sha256(file)));
        return files.Length;
    }
}
