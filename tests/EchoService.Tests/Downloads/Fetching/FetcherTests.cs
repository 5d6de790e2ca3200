using System.IO.Compression;
using System.Text;
using EchoService.Downloads;
using EchoService.Downloads.Fetching;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Fetching;

public sealed class FetcherTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, true, false)]
    [InlineData(1, true, false)]
    [InlineData(5_000_000, true, false)]
    [InlineData(5_000_000, false, false)]
    [InlineData(5_000_000, true, true)]
    public async Task FetchesTheBytesOfTheOrigin(long length, bool announced, bool secure)
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/a/file.bin", OriginAnswer.File(3, length) with { AnnounceLength = announced, ETag = "\"v1\"" });
        using var fetcher = FetchFixture.Fetcher();
        var fetched = await fetcher.FetchAsync(secure ? origin.SecureUrl("/a/file.bin") : origin.Url("/a/file.bin"));
        Assert.Equal((null, length, origin.Sha256("/a/file.bin")), (fetched.Error, fetched.Bytes, fetched.Sha256));
        Assert.Equal((200, "application/octet-stream", "\"v1\"", 0L), (fetched.Response.Status, fetched.Response.ContentType, fetched.Response.ETag, fetched.Response.ResumedFrom));
        Assert.Equal(announced ? length : null, fetched.Response.Length);
        Assert.Equal(secure ? "HTTP/2" : "HTTP/1.1", origin.RequestsTo("/a/file.bin")[0].Protocol);
    }

    [Fact]
    public async Task AsksPlainlyAndInItsOwnName()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.Text("x"));
        using var fetcher = FetchFixture.Fetcher();
        await fetcher.FetchAsync(origin.Url("/x"));
        var headers = origin.RequestsTo("/x")[0].Headers;
        Assert.Equal(["Accept", "Accept-Encoding", "Host", "User-Agent"], headers.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("identity", headers["Accept-Encoding"]);
        Assert.Matches(@"^EchoService/\d+\.\d+\.\d+$", headers["User-Agent"]);
    }

    [Fact]
    public async Task SendsTheJobsHeadersExceptThoseThatAreItsOwnBusiness()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.Text("x"));
        using var fetcher = FetchFixture.Fetcher();
        var given = new Dictionary<string, string> { ["User-Agent"] = "me", ["X-Key"] = "k", ["Host"] = "other", ["Range"] = "bytes=1-", ["Bad"] = "a\r\nb: c" };
        await fetcher.FetchAsync(FetchFixture.Request(origin.Url("/x")) with { Headers = given });
        var headers = origin.RequestsTo("/x")[0].Headers;
        Assert.Equal(("me", "k", origin.Address.Authority), (headers["User-Agent"], headers["X-Key"], headers["Host"]));
        Assert.DoesNotContain("Range", headers.Keys);
        Assert.DoesNotContain("Bad", headers.Keys);
    }

    [Theory]
    [InlineData(204)]
    [InlineData(205)]
    [InlineData(203)]
    public async Task OtherSuccessesAreSuccessesAsForCurl(int status)
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", new OriginAnswer { Status = status });
        using var fetcher = FetchFixture.Fetcher();
        var fetched = await fetcher.FetchAsync(origin.Url("/x"));
        Assert.Equal((null, status, 0L), (fetched.Error, fetched.Response.Status, fetched.Bytes));
    }

    [Fact]
    public async Task KeepsOneConnectionAlsoAcrossErrorsAndRedirects()
    {
        var connections = 0;
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/r", OriginAnswer.Redirect("/x") with { Bytes = new byte[100] }).On("/x", OriginAnswer.Text("x")).On("/e", OriginAnswer.Error(500));
        var settings = new FetcherSettings
        {
            Resolve = (_, _) =>
            {
                connections++;
                return Task.FromResult<System.Net.IPAddress[]>([System.Net.IPAddress.Loopback]);
            },
        };
        using var fetcher = FetchFixture.Fetcher(settings: settings, time: new PatientTime());
        foreach (var path in new[] { "/r", "/e", "/x", "/e", "/missing", "/r" })
        {
            await fetcher.FetchAsync(origin.Url(path, "some.example"));
        }

        Assert.Equal((8, 1), (origin.TotalRequests, connections));
    }

    [Fact]
    public async Task SavesACompressedBodyAsItIs()
    {
        var bomb = Gzip(new byte[10_000_000]);
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", new OriginAnswer { Bytes = bomb, Headers = [("Content-Encoding", "gzip")] });
        using var fetcher = FetchFixture.Fetcher();
        var fetched = await fetcher.FetchAsync(FetchFixture.Request(origin.Url("/x")) with { MaxBytes = bomb.Length });
        Assert.Equal((null, bomb.Length, "gzip", origin.Sha256("/x")), (fetched.Error, fetched.Bytes, fetched.Response.ContentEncoding, fetched.Sha256));
    }

    [Fact]
    public async Task ADecodedBombEndsAtTheLimit()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", new OriginAnswer { Bytes = Gzip(new byte[10_000_000]), Headers = [("Content-Encoding", "gzip")] });
        using var fetcher = FetchFixture.Fetcher();
        var fetched = await fetcher.FetchAsync(FetchFixture.Request(origin.Url("/x")) with { MaxBytes = 100_000, Identity = false });
        Assert.Equal(ErrorCode.TooLarge, fetched.Code);
        Assert.InRange(fetched.Bytes, 0, 100_000);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task DecodesWhatIsShown(string coding)
    {
        var text = string.Concat(Enumerable.Repeat("Hello, World! ", 1000));
        var bytes = coding == "br" ? Brotli(Encoding.UTF8.GetBytes(text)) : Gzip(Encoding.UTF8.GetBytes(text));
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", new OriginAnswer { Bytes = bytes, Headers = [("Content-Encoding", coding)] })
            .On("/bad", new OriginAnswer { Bytes = "this is not compressed at all"u8.ToArray(), Headers = [("Content-Encoding", coding)] });
        using var fetcher = FetchFixture.Fetcher();
        var fetched = await fetcher.FetchAsync(FetchFixture.Request(origin.Url("/x")) with { Identity = false });
        Assert.Equal((null, text.Length, null), (fetched.Error, fetched.Bytes, fetched.Response.ContentEncoding));
        Assert.Equal("gzip, br", origin.RequestsTo("/x")[0].Headers["Accept-Encoding"]);
        Assert.Equal(ErrorCode.Truncated, (await fetcher.FetchAsync(FetchFixture.Request(origin.Url("/bad")) with { Identity = false })).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TheCallersTokenEndsItInEveryPhase(bool beforeHeaders)
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.File(1, 1000) with { HangBeforeHeaders = beforeHeaders, HangAfter = 10 });
        using var fetcher = FetchFixture.Fetcher();
        using var stop = new CancellationTokenSource();
        var fetching = Task.Run(
            async () =>
            {
                await using var response = await fetcher.OpenAsync(FetchFixture.Request(origin.Url("/x")), stop.Token);
                await response.CopyToAsync((_, _) => ValueTask.CompletedTask, stop.Token);
            },
            Token);
        await origin.RequestAsync("/x", 1, Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetching);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private static byte[] Brotli(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest))
        {
            brotli.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>Nothing is ever late: no timer of it fires.</summary>
    private sealed class PatientTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Never();

        private sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
                // There is nothing to stop.
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
