using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

public sealed class JobTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SavesEachFileUnderItsNameWithItsBytes()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/", OriginAnswer.Text("<html>home</html>"))
            .On("/3/library/asyncio", OriginAnswer.Text("<html>asyncio</html>"))
            .On("/pics/flag.gif", OriginAnswer.File(3, 5000) with { ContentType = "image/gif" })
            .On("/empty.txt", OriginAnswer.Text("", "text/plain"))
            .On("/chunked.bin", OriginAnswer.File(4, 300_000) with { AnnounceLength = false });
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        var downloads = new DownloadsClient(service.CreateClient());

        var paths = new[] { "/", "/3/library/asyncio", "/pics/flag.gif", "/empty.txt", "/chunked.bin" };
        var id = await downloads.SubmitAsync(paths.Select(path => origin.Url(path).AbsoluteUri), new { name = "five" });
        var job = await downloads.EndAsync(id);

        Assert.Equal("completed", DownloadsClient.Text(job, "state"));
        Assert.Equal(5, DownloadsClient.Count(job, "done"));
        Assert.True(job.GetProperty("took").GetDouble() >= 0);
        var items = await downloads.ItemsAsync(id);
        Assert.Equal(["127.0.0.1.html", "asyncio.html", "flag.gif", "empty.txt", "chunked.bin"], items.Select(item => DownloadsClient.Text(item, "fileName")));
        foreach (var (item, path) in items.Zip(paths))
        {
            var file = Path.Combine(service.DataDirectory, "files", id, DownloadsClient.Text(item, "fileName")!);
            Assert.Equal(origin.Sha256(path), Files.Sha256(file));
            Assert.Equal(origin.Sha256(path), DownloadsClient.Text(item, "sha256"));
            Assert.Equal(new FileInfo(file).Length, item.GetProperty("size").GetInt64());
        }

        Assert.Empty(Directory.EnumerateFiles(Path.Combine(service.DataDirectory, "parts")));
    }

    [Fact]
    public async Task EndsEachItemWithItsOwnCode()
    {
        await using var origin = await Origin.StartAsync(Token);
        using var refused = new RefusedPort();
        origin.On("/good.txt", OriginAnswer.Text("good", "text/plain"))
            .On("/hangs", new OriginAnswer { HangBeforeHeaders = true })
            .On("/stalls", OriginAnswer.File(1, 1000) with { HangAfter = 100 })
            .On("/large", OriginAnswer.File(2, 5000))
            .On("/endless", OriginAnswer.Endless())
            .On("/short", OriginAnswer.File(3, 1000) with { CutAfter = 500 })
            .On("/teapot", OriginAnswer.Error(418))
            .On("/gone", OriginAnswer.Error(410))
            .On("/inward", OriginAnswer.Redirect("http://127.0.0.2:80/"))
            .On("/loop", OriginAnswer.Redirect("/loop"));
        using var service = new ServiceFixture(("Downloads:Egress:AllowedNetworks:0", "127.0.0.1/32"));
        using var impatient = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:FirstByteSeconds", "2.5"), ("Downloads:StallSeconds", "1"));
        var downloads = new DownloadsClient(service.CreateClient());
        var hasty = new DownloadsClient(impatient.CreateClient());
        var late = new Dictionary<string, string>
        {
            [origin.Url("/hangs").AbsoluteUri] = "timeout",
            [origin.Url("/stalls").AbsoluteUri] = "stalled",
        };
        var expected = new Dictionary<string, string>
        {
            [origin.Url("/large").AbsoluteUri] = "tooLarge",
            [origin.Url("/endless").AbsoluteUri] = "tooLarge",
            [origin.Url("/short").AbsoluteUri] = "truncated",
            [origin.Url("/missing").AbsoluteUri] = "notFound",
            [origin.Url("/gone").AbsoluteUri] = "notFound",
            [origin.Url("/teapot").AbsoluteUri] = "httpStatus",
            [origin.Url("/inward").AbsoluteUri] = "blockedAddress",
            [origin.Url("/loop").AbsoluteUri] = "tooManyRedirects",
            [refused.Url().AbsoluteUri] = "connect",
            ["http://no-such-name.invalid/"] = "dns",
            ["http://169.254.169.254/latest/meta-data/"] = "blockedAddress",
            [origin.SecureUrl("/good.txt").AbsoluteUri] = "tls",
            ["http://user:secret@127.0.0.1/"] = "invalidUrl",
            ["not a url"] = "invalidUrl",
            ["file:///etc/passwd"] = "invalidUrl",
        };

        var lateId = await hasty.SubmitAsync(late.Keys, new { attempts = 1 });
        var id = await downloads.SubmitAsync([origin.Url("/good.txt").AbsoluteUri, .. expected.Keys], new { maxBytes = 4000, attempts = 1 });

        await AssertEndAsync(downloads, id, 1, expected);
        await AssertEndAsync(hasty, lateId, 0, late);
        Assert.Equal("good", await File.ReadAllTextAsync(Path.Combine(service.DataDirectory, "files", id, "good.txt"), Token));
        Assert.Single(await hasty.ItemsAsync(lateId, "errorCode=stalled"));

        static async Task AssertEndAsync(DownloadsClient downloads, string id, int done, Dictionary<string, string> failed)
        {
            var job = await downloads.EndAsync(id);
            Assert.Equal("completed", DownloadsClient.Text(job, "state"));
            Assert.Equal((done, failed.Count), (DownloadsClient.Count(job, "done"), DownloadsClient.Count(job, "failed")));
            var items = await downloads.ItemsAsync(id, "state=failed");
            Assert.Equal(failed, items.ToDictionary(item => DownloadsClient.Text(item, "url")!, item => DownloadsClient.Text(item, "errorCode")!));
            Assert.All(items, item => Assert.False(string.IsNullOrEmpty(DownloadsClient.Text(item, "error"))));
        }
    }

    [Fact]
    public async Task TriesTransientErrorsAgainAndPermanentOnesNot()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/flaky", OriginAnswer.Error(500), OriginAnswer.Error(500), OriginAnswer.Text("third time"))
            .On("/broken", OriginAnswer.Error(500))
            .On("/forbidden", OriginAnswer.Error(403));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        var downloads = new DownloadsClient(service.CreateClient());

        var id = await downloads.SubmitAsync(["/flaky", "/broken", "/forbidden"], origin, new { attempts = 3 });
        await downloads.EndAsync(id);

        var items = await downloads.ItemsAsync(id);
        Assert.Equal(["done", "failed", "failed"], items.Select(item => DownloadsClient.Text(item, "state")));
        Assert.Equal([3, 3, 1], items.Select(item => item.GetProperty("attempts").GetInt32()));
        Assert.Equal([3, 3, 1], new[] { "/flaky", "/broken", "/forbidden" }.Select(origin.Requests));
    }

    [Fact]
    public async Task ShowsTheNamesOfHeadersButNotTheirValues()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/a", OriginAnswer.Text("a"));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        var downloads = new DownloadsClient(service.CreateClient());

        var id = await downloads.SubmitAsync(["/a"], origin, new { headers = new { Authorization = "Bearer secret" } });
        var job = await downloads.EndAsync(id);

        Assert.Equal("Bearer secret", origin.RequestsTo("/a").Single().Headers["Authorization"]);
        Assert.Equal("***", DownloadsClient.Text(job.GetProperty("options").GetProperty("headers"), "Authorization"));
        Assert.DoesNotContain("secret", (await downloads.GetAsync("/downloads")).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FetchesAUrlThatIsListedTwiceOnce()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/a", OriginAnswer.Text("a")).On("/b", OriginAnswer.Text("b"));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        var downloads = new DownloadsClient(service.CreateClient());

        var id = await downloads.SubmitAsync(["/a", "/b", "/a", "/a#part", "/b"], origin);
        var job = await downloads.EndAsync(id);

        Assert.Equal(2, DownloadsClient.Count(job, "done"));
        Assert.Equal(3, DownloadsClient.Count(job, "skipped"));
        var items = await downloads.ItemsAsync(id);
        Assert.Equal(["", "", "1", "1", "2"], items.Select(item => item.GetProperty("duplicateOf").ToString()));
        Assert.Equal(2, origin.TotalRequests);
    }

    [Fact]
    public async Task GivesEqualNamesANumber()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path, "text/plain"));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        var downloads = new DownloadsClient(service.CreateClient());

        var id = await downloads.SubmitAsync(["/1/a.txt", "/2/a.txt", "/3/A.txt"], origin, new { concurrency = 1 });
        await downloads.EndAsync(id);

        var items = await downloads.ItemsAsync(id);
        Assert.Equal(["a.txt", "a (1).txt", "A (2).txt"], items.Select(item => DownloadsClient.Text(item, "fileName")));
        foreach (var item in items)
        {
            var bytes = await File.ReadAllTextAsync(Path.Combine(service.DataDirectory, "files", id, DownloadsClient.Text(item, "fileName")!), Token);
            Assert.EndsWith(bytes, DownloadsClient.Text(item, "url"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("skip", "skipped", null)]
    [InlineData("fail", "failed", "nameConflict")]
    public async Task TreatsATakenNameAsTheJobSays(string onConflict, string state, string? errorCode)
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path, "text/plain"));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        var downloads = new DownloadsClient(service.CreateClient());

        var id = await downloads.SubmitAsync(["/1/a.txt", "/2/a.txt"], origin, new { concurrency = 1, onConflict });
        await downloads.EndAsync(id);

        var items = await downloads.ItemsAsync(id);
        Assert.Equal(["done", state], items.Select(item => DownloadsClient.Text(item, "state")));
        Assert.Equal(errorCode, DownloadsClient.Text(items[1], "errorCode"));
        Assert.Equal("/1/a.txt", await File.ReadAllTextAsync(Path.Combine(service.DataDirectory, "files", id, "a.txt"), Token));
    }

    [Fact]
    public async Task LetsTheLaterItemOverwriteWhereTheJobSaysSo()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path, "text/plain"));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        var downloads = new DownloadsClient(service.CreateClient());

        var id = await downloads.SubmitAsync(["/1/a.txt", "/2/a.txt"], origin, new { concurrency = 1, onConflict = "overwrite" });
        var job = await downloads.EndAsync(id);

        Assert.Equal(1, DownloadsClient.Count(job, "done"));
        Assert.Equal(1, DownloadsClient.Count(job, "skipped"));
        Assert.Equal("/2/a.txt", await File.ReadAllTextAsync(Path.Combine(service.DataDirectory, "files", id, "a.txt"), Token));
    }
}
