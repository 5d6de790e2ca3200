using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Fetching;

public sealed class ResumeTests
{
    private const long Length = 10_000;
    private static readonly OriginAnswer File = OriginAnswer.File(5, Length) with { ETag = "\"v1\"" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GoesOnFromTheOffset()
    {
        var fetched = await ResumeAsync(File, "\"v1\"", expectedRequests: 1);
        Assert.Equal((4000L, 6000L, 6000L, Length), (fetched.Response.ResumedFrom, fetched.Bytes, fetched.Response.Length, fetched.Response.TotalLength));
        var rest = new byte[6000];
        File.Body.Fill(4000, rest);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(rest)), fetched.Sha256);
    }

    [Theory]
    [InlineData(OriginRanges.Ignored, 1)]
    [InlineData(OriginRanges.WrongOffset, 2)]
    [InlineData(OriginRanges.NoContentRange, 2)]
    [InlineData(OriginRanges.NoTotal, 2)]
    [InlineData(OriginRanges.Unsatisfiable, 2)]
    public async Task BeginsAgainWhenTheRangeIsNotExact(OriginRanges ranges, int requests)
    {
        var fetched = await ResumeAsync(File with { Ranges = ranges }, "\"v1\"", requests);
        Assert.Equal((0L, Length, File.Body.Sha256), (fetched.Response.ResumedFrom, fetched.Bytes, fetched.Sha256));
    }

    [Theory]
    [InlineData(OriginRanges.Honoured, 1)]
    [InlineData(OriginRanges.IfRangeIgnored, 2)]
    public async Task BeginsAgainWhenTheEntityTagChanged(OriginRanges ranges, int requests)
    {
        var fetched = await ResumeAsync(File with { ETag = "\"v2\"", Ranges = ranges }, "\"v1\"", requests);
        Assert.Equal((0L, Length, File.Body.Sha256), (fetched.Response.ResumedFrom, fetched.Bytes, fetched.Sha256));
    }

    [Theory]
    [InlineData("Connection: close", "{0}", 1000)]
    [InlineData("Connection: close", "{0}", 7000)]
    [InlineData("Transfer-Encoding: chunked", "3e8\r\n{0}\r\n0\r\n\r\n", 1000)]
    public async Task ARestIsAsLongAsItsRangeHoweverItsEndIsTold(string header, string framing, int bytes)
    {
        await using var origin = RawOrigin.Start(
            $"HTTP/1.1 206 Partial Content\r\nETag: \"v1\"\r\nContent-Range: bytes 4000-9999/10000\r\n{header}\r\n\r\n"
            + framing.Replace("{0}", new string('x', bytes), StringComparison.Ordinal));
        using var fetcher = FetchFixture.Fetcher();
        var fetched = await fetcher.FetchAsync(FetchFixture.Request(origin.Url()) with { ResumeFrom = 4000, ResumeETag = "\"v1\"" });
        Assert.Equal((EchoService.Downloads.ErrorCode.Truncated, 6000L), (fetched.Code, fetched.Response.Length));
    }

    [Fact]
    public async Task AWeakEntityTagIsNotOffered()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", File with { ETag = "W/\"v1\"" });
        using var fetcher = FetchFixture.Fetcher();
        Assert.Null((await fetcher.FetchAsync(origin.Url("/x"))).Response.ETag);
    }

    [Fact]
    public async Task WithoutEntityTagNoRangeIsAskedFor()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", File);
        using var fetcher = FetchFixture.Fetcher();
        await fetcher.FetchAsync(FetchFixture.Request(origin.Url("/x")) with { ResumeFrom = 4000 });
        Assert.DoesNotContain("Range", origin.RequestsTo("/x")[0].Headers.Keys);
    }

    [Fact]
    public async Task TheLimitCountsWhatIsAlreadyThere()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", File);
        using var fetcher = FetchFixture.Fetcher();
        var request = FetchFixture.Request(origin.Url("/x")) with { ResumeFrom = 4000, ResumeETag = "\"v1\"", MaxBytes = Length - 1 };
        Assert.Equal(EchoService.Downloads.ErrorCode.TooLarge, (await fetcher.FetchAsync(request)).Code);
    }

    private static async Task<Fetched> ResumeAsync(OriginAnswer answer, string etag, int expectedRequests)
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", answer);
        using var fetcher = FetchFixture.Fetcher();
        var fetched = await fetcher.FetchAsync(FetchFixture.Request(origin.Url("/x")) with { ResumeFrom = 4000, ResumeETag = etag });
        Assert.Null(fetched.Error);
        var requests = origin.RequestsTo("/x");
        Assert.Equal(expectedRequests, requests.Count);
        Assert.Equal(("bytes=4000-", etag), (requests[0].Headers["Range"], requests[0].Headers["If-Range"]));
        return fetched;
    }
}
