using System.Net;
using System.Net.Http.Headers;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Content;

/// <summary>Files in a bucket of real S3 servers, with the engine's own store and with nodes that share one.</summary>
public sealed class S3ContentTests(PostgresServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(S3Kind.S3rver)]
    [InlineData(S3Kind.Swift)]
    public async Task SavesSmallAndLargeFilesAndServesThemInRanges(S3Kind kind)
    {
        await using var s3 = await S3Server.StartAsync(kind);
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/empty", OriginAnswer.File(1, 0)).On("/small.txt", OriginAnswer.File(2, 5000)).On("/large.bin", OriginAnswer.File(3, 20_000_000));
        using var service = new ServiceFixture([DownloadsClient.Loopback, .. s3.Settings]);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);

        var id = await downloads.SubmitAsync(["/empty", "/small.txt", "/large.bin"], origin);
        Assert.Equal(3, DownloadsClient.Count(await downloads.EndAsync(id), "done"));

        foreach (var (item, path) in (await downloads.ItemsAsync(id)).Zip((string[])["/empty", "/small.txt", "/large.bin"]))
        {
            Assert.Equal(origin.Sha256(path), await downloads.ServedSha256Async(id, item.GetProperty("n").GetInt32()));
            Assert.Equal(origin.Sha256(path), DownloadsClient.Text(item, "sha256"));
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/downloads/{id}/items/3/content");
        request.Headers.Range = new RangeHeaderValue(9_000_000, 9_000_099);
        using var range = await http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.PartialContent, range.StatusCode);
        Assert.Equal($"\"{origin.Sha256("/large.bin")}\"", range.Headers.ETag!.Tag);
        var whole = await http.GetByteArrayAsync($"/downloads/{id}/items/3/content", Token);
        Assert.Equal(whole[9_000_000..9_000_100], await range.Content.ReadAsByteArrayAsync(Token));
        Assert.Equal(3, (await s3.KeysAsync()).Count);
        Assert.Empty(Directory.GetFiles(Path.Combine(service.DataDirectory, "parts")));

        using var archive = new System.IO.Compression.ZipArchive(new MemoryStream(await http.GetByteArrayAsync($"/downloads/{id}/archive", Token)));
        Assert.Equal([0L, 5000L, 20_000_000L], archive.Entries.Select(entry => entry.Length));

        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync($"/downloads/{id}", Token)).StatusCode);
        Assert.Empty(await s3.KeysAsync());
    }

    [Theory]
    [InlineData(S3Kind.S3rver)]
    [InlineData(S3Kind.Swift)]
    public async Task RedirectsToAPresignedAddressWhereItIsTold(S3Kind kind)
    {
        await using var s3 = await S3Server.StartAsync(kind);
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/a%20file.txt", OriginAnswer.Text("hello", "text/plain"));
        using var service = new ServiceFixture([DownloadsClient.Loopback, .. s3.Settings, ("Downloads:Content:Serve", "Redirect")]);
        using var http = service.CreateClient();
        using var plain = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = http.BaseAddress };
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync([origin.Url("/a%20file.txt").AbsoluteUri]);
        await downloads.EndAsync(id);

        using var answer = await plain.GetAsync($"/downloads/{id}/items/1/content", Token);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(s3.Address.Authority, answer.Headers.Location!.Authority);
        using var file = await plain.GetAsync(answer.Headers.Location, Token);
        Assert.Equal("hello", await file.Content.ReadAsStringAsync(Token));
        Assert.Equal("attachment", file.Content.Headers.ContentDisposition!.DispositionType);

        Assert.Contains("X-Amz-Signature=", answer.Headers.Location.Query, StringComparison.Ordinal);
        Assert.Contains("X-Amz-Expires=", answer.Headers.Location.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAddressWithAnotherSignatureIsRefused()
    {
        await using var s3 = await S3Server.StartAsync(S3Kind.Swift);
        using var http = new HttpClient();
        var address = (await RedirectAsync(s3)).AbsoluteUri;
        Assert.Equal("hello", await http.GetStringAsync(address, Token));

        var at = address.IndexOf("X-Amz-Signature=", StringComparison.Ordinal) + "X-Amz-Signature=".Length;
        var forged = $"{address[..at]}{(address[at] == '0' ? '1' : '0')}{address[(at + 1)..]}";

        using var answer = await http.GetAsync(forged, Token);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("SignatureDoesNotMatch", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAddressIsGoodForTenMinutesOfTheServersTime()
    {
        // As far from ours as it may be and longer than an address is good for.
        await using var s3 = await S3Server.StartAsync(S3Kind.Swift, ahead: TimeSpan.FromMinutes(11));
        using var http = new HttpClient();
        var address = await RedirectAsync(s3);
        Assert.Equal("hello", await http.GetStringAsync(address, Token));

        s3.SetClock(ahead: TimeSpan.FromMinutes(22));

        using var answer = await http.GetAsync(address, Token);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("Request has expired", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(S3Kind.S3rver)]
    [InlineData(S3Kind.Swift)]
    public async Task AnItemThatDoesNotEndWellLeavesNoObject(S3Kind kind)
    {
        await using var s3 = await S3Server.StartAsync(kind);
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/cut", OriginAnswer.File(1, 20_000_000) with { CutAfter = 12_000_000 }).On("/good", OriginAnswer.File(2, 100));
        using var service = new ServiceFixture([DownloadsClient.Loopback, .. s3.Settings, ("Downloads:Attempts", "1")]);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);

        var id = await downloads.SubmitAsync(["/cut", "/good"], origin);
        var job = await downloads.EndAsync(id);

        Assert.Equal((1, 1), (DownloadsClient.Count(job, "done"), DownloadsClient.Count(job, "failed")));
        Assert.StartsWith($"{id}/2-", Assert.Single(await s3.KeysAsync()), StringComparison.Ordinal);
        if (kind == S3Kind.Swift)
        {
            Assert.Empty(await s3.UploadsAsync());
        }

        Assert.Empty(Directory.GetFiles(Path.Combine(service.DataDirectory, "parts")));
    }

    [Theory]
    [InlineData(S3Kind.S3rver)]
    [InlineData(S3Kind.Swift)]
    public async Task ThreeNodesShareABucketThroughAKill(S3Kind kind)
    {
        await using var s3 = await S3Server.StartAsync(kind);
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.File((ulong)path.Length, 2000 + path.Length) with { Delay = TimeSpan.FromMilliseconds(20) });
        await using var nodes = new ServiceNodes(await server.NewDatabaseAsync(), [("Downloads:LeaseSeconds", "3")], s3.Settings);
        await nodes.StartAsync(3);
        var id = await new DownloadsClient(nodes[0].Client).SubmitAsync(Enumerable.Range(0, 200).Select(i => $"/{i}"), origin);
        await origin.RequestAsync(50, Token);

        await nodes[0].KillAsync();

        var downloads = new DownloadsClient(nodes[1].Client);
        Assert.Equal(200, DownloadsClient.Count(await downloads.EndAsync(id), "done"));
        foreach (var item in (await downloads.ItemsAsync(id)).Where(item => item.GetProperty("n").GetInt32() % 20 == 0))
        {
            Assert.Equal(origin.Sha256(new Uri(DownloadsClient.Text(item, "url")!).AbsolutePath), await new DownloadsClient(nodes[2].Client).ServedSha256Async(id, item.GetProperty("n").GetInt32()));
        }
    }

    [Theory]
    [InlineData("Downloads:Content:Shared must be true", "Downloads:Store:Kind=Postgres", "Downloads:Store:ConnectionString=Host=127.0.0.1")]
    [InlineData("Downloads:Store:ConnectionString is empty", "Downloads:Store:Kind=Postgres")]
    [InlineData("Downloads:Content:Bucket is empty", "Downloads:Content:Kind=S3")]
    [InlineData("Downloads:Content:Serve can be Redirect only", "Downloads:Content:Serve=Redirect")]
    [InlineData("Downloads:Content:AccessKey and Downloads:Content:SecretKey go together", "Downloads:Content:Kind=S3", "Downloads:Content:Bucket=b", "Downloads:Content:AccessKey=k")]
    public async Task RefusesToStartWhereNodesWouldMissFiles(string reason, params string[] settings)
    {
        await using var service = ServiceProcess.Create([.. settings.Select(setting => (setting.Split('=', 2)[0], (string?)setting.Split('=', 2)[1]))]);

        service.Launch();

        Assert.Equal(2, await service.ExitAsync());
        Assert.StartsWith(reason, Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);
    }

    /// <summary>Where a service with <c>Serve=Redirect</c> sends those who ask for a file with the text <c>hello</c>.</summary>
    private static async Task<Uri> RedirectAsync(S3Server s3)
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/hello.txt", OriginAnswer.Text("hello", "text/plain"));
        using var service = new ServiceFixture([DownloadsClient.Loopback, .. s3.Settings, ("Downloads:Content:Serve", "Redirect")]);
        using var http = service.CreateClient();
        using var plain = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = http.BaseAddress };
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(["/hello.txt"], origin);
        Assert.Equal(1, DownloadsClient.Count(await downloads.EndAsync(id), "done"));
        using var answer = await plain.GetAsync($"/downloads/{id}/items/1/content", Token);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return answer.Headers.Location!;
    }
}
