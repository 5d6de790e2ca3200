using System.Globalization;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

/// <summary>A transfer that broke off goes on where it was, when that is safe, and from zero when it is not.</summary>
public sealed class KeptPartTests
{
    private const long Length = 300_000;
    private const long Large = 24 << 20;
    private static readonly OriginAnswer Whole = OriginAnswer.File(5, Length) with { ETag = "\"v1\"" };
    private static readonly OriginAnswer Cut = Whole with { CutAfter = 100_000 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GoesOnWhereTheConnectionBroke()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x.bin", Cut, Cut with { CutAfter = 200_000 }, Whole);

        var item = await EndAsync(origin);

        Assert.Equal(("done", origin.Sha256("/x.bin"), 3), (DownloadsClient.Text(item, "state"), DownloadsClient.Text(item, "sha256"), item.GetProperty("attempts").GetInt32()));
        var offsets = origin.RequestsTo("/x.bin").Skip(1).Select(Offset).ToList();
        Assert.InRange(offsets[0], 1, 100_000);
        Assert.InRange(offsets[1], offsets[0] + 1, 200_000);
        Assert.Equal(100_000 + (200_000 - offsets[0]) + (Length - offsets[1]), origin.BytesSent);
    }

    [Theory]
    [InlineData(OriginRanges.Honoured, "\"v2\"")]
    [InlineData(OriginRanges.IfRangeIgnored, "\"v2\"")]
    [InlineData(OriginRanges.Honoured, "W/\"v1\"")]
    [InlineData(OriginRanges.Ignored, "\"v1\"")]
    [InlineData(OriginRanges.WrongOffset, "\"v1\"")]
    [InlineData(OriginRanges.NoContentRange, "\"v1\"")]
    [InlineData(OriginRanges.Unsatisfiable, "\"v1\"")]
    public async Task BeginsAgainWhereGoingOnIsNotSafe(OriginRanges ranges, string etag)
    {
        await using var origin = await Origin.StartAsync(Token);
        var second = OriginAnswer.File(6, Length) with { ETag = etag, Ranges = ranges };
        origin.On("/x.bin", Cut, second);

        var item = await EndAsync(origin);

        Assert.Equal(("done", second.Body.Sha256), (DownloadsClient.Text(item, "state"), DownloadsClient.Text(item, "sha256")));
        Assert.InRange(Offset(origin.RequestsTo("/x.bin")[1]), 1, 100_000);
    }

    [Fact]
    public async Task AWeakEntityTagKeepsNothing()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x.bin", Cut with { ETag = "W/\"v1\"" }, Whole);

        var item = await EndAsync(origin);

        Assert.Equal(origin.Sha256("/x.bin"), DownloadsClient.Text(item, "sha256"));
        Assert.DoesNotContain("Range", origin.RequestsTo("/x.bin")[1].Headers.Keys);
    }

    [Fact]
    public async Task GoesOnAfterCtrlC()
    {
        await using var origin = await Origin.StartAsync(Token);
        var whole = OriginAnswer.File(5, Large) with { ETag = "\"v1\"" };
        origin.On("/x.bin", whole with { HangAfter = Large / 2 }, whole);
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var id = await new DownloadsClient(service.Client).SubmitAsync(["/x.bin"], origin);
        await Eventually.True(() => PartBytes(service) == Large / 2, "half of the body has arrived");

        Assert.Equal(0, await service.InterruptAsync());
        Assert.Equal(Large / 2, Sqlite.Count(Database(service), "SELECT part_size FROM items WHERE state = 0 AND attempts = 0"));
        await service.StartAsync();

        await AssertDoneAsync(service, origin, id);
        Assert.Equal(Large / 2, Offset(origin.RequestsTo("/x.bin")[1]));
        Assert.Equal(Large, origin.BytesSent);
    }

    [Fact]
    public async Task GoesOnAfterAKillFromWhatWasDurable()
    {
        await using var origin = await Origin.StartAsync(Token);
        var (service, id, durable) = await KillInTheMiddleAsync(origin);
        await using var killed = service;
        await File.WriteAllTextAsync(Path.Combine(Parts(service), $"{id}-1-999.part"), "of nobody", Token);

        await service.StartAsync();

        await AssertDoneAsync(service, origin, id);
        Assert.Equal(durable, Offset(origin.RequestsTo("/x.bin")[1]));
        Assert.Equal((Large / 2) + Large - durable, origin.BytesSent);
        Assert.Empty(Directory.GetFiles(Parts(service)));
    }

    [Fact]
    public async Task BeginsAgainAfterAKillThatTookMoreThanItShould()
    {
        await using var origin = await Origin.StartAsync(Token);
        var (service, id, durable) = await KillInTheMiddleAsync(origin);
        await using var killed = service;
        await using (var part = File.OpenWrite(Assert.Single(Directory.GetFiles(Parts(service)))))
        {
            part.SetLength(durable - 1);
        }

        await service.StartAsync();

        await AssertDoneAsync(service, origin, id);
        Assert.DoesNotContain("Range", origin.RequestsTo("/x.bin")[1].Headers.Keys);
    }

    [Fact]
    public async Task BeginsAgainWhereThePartCannotBeRead()
    {
        await using var origin = await Origin.StartAsync(Token);
        var (service, id, _) = await KillInTheMiddleAsync(origin);
        await using var killed = service;
        await using var held = new FileStream(Assert.Single(Directory.GetFiles(Parts(service))), FileMode.Open, FileAccess.Read, FileShare.None);

        await service.StartAsync();

        await AssertDoneAsync(service, origin, id);
        Assert.DoesNotContain("Range", origin.RequestsTo("/x.bin")[1].Headers.Keys);
    }

    [Theory]
    [InlineData("POST", "/cancel")]
    [InlineData("DELETE", "")]
    public async Task RemovesTheKeptPartWithWhatItBelongsTo(string method, string action)
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x.bin", Cut, OriginAnswer.Busy("600"));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(["/x.bin"], origin);
        await Eventually.True(async () => (await downloads.ItemsAsync(id))[0].GetProperty("attempts").GetInt32() == 2, "the second attempt has been refused");
        Assert.Single(Directory.GetFiles(Path.Combine(service.DataDirectory, "parts")));

        using var request = new HttpRequestMessage(new HttpMethod(method), $"/downloads/{id}{action}");
        using var response = await http.SendAsync(request, Token);

        Assert.True(response.IsSuccessStatusCode);
        Assert.Empty(Directory.GetFiles(Path.Combine(service.DataDirectory, "parts")));
    }

    [Fact]
    public async Task RemovesTheKeptPartOfAnItemThatGetsANewUrl()
    {
        await using var origin = await Origin.StartAsync(Token);
        await using var other = await Origin.StartAsync(Token);
        origin.On("/x.bin", Cut, OriginAnswer.Busy("600"));
        other.On("/y.bin", new OriginAnswer { HangBeforeHeaders = true });
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(["/x.bin"], origin);
        await Eventually.True(async () => (await downloads.ItemsAsync(id))[0].GetProperty("attempts").GetInt32() == 2, "the second attempt has been refused");
        Assert.Single(Directory.GetFiles(Path.Combine(service.DataDirectory, "parts")));

        using var replaced = await http.PostAsync(
            $"/downloads/{id}/items/1", new StringContent($$"""{"url": "{{other.Url("/y.bin")}}"}""", null, "application/json"), Token);

        Assert.True(replaced.IsSuccessStatusCode);
        Assert.Empty(Directory.GetFiles(Path.Combine(service.DataDirectory, "parts")));
    }

    private static async Task<System.Text.Json.JsonElement> EndAsync(Origin origin)
    {
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        var downloads = new DownloadsClient(service.CreateClient());
        var id = await downloads.SubmitAsync(["/x.bin"], origin);
        await downloads.EndAsync(id);
        var item = Assert.Single(await downloads.ItemsAsync(id));
        Assert.Equal(DownloadsClient.Text(item, "sha256"), Files.Sha256(Path.Combine(service.DataDirectory, "files", id, "x.bin")));
        Assert.Empty(Directory.GetFiles(Path.Combine(service.DataDirectory, "parts")));
        return item;
    }

    /// <summary>A service that was killed with half of a large body, and how much of it the row names as durable.</summary>
    private static async Task<(ServiceProcess Service, string Id, long Durable)> KillInTheMiddleAsync(Origin origin)
    {
        var whole = OriginAnswer.File(5, Large) with { ETag = "\"v1\"" };
        origin.On("/x.bin", whole with { HangAfter = Large / 2 }, whole);
        var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var id = await new DownloadsClient(service.Client).SubmitAsync(["/x.bin"], origin);
        await Eventually.True(
            () => PartBytes(service) == Large / 2 && Sqlite.Count(Database(service), "SELECT count(*) FROM items WHERE part_size >= 1048576") == 1,
            "half of the body has arrived and some of it is noted");
        await service.KillAsync();
        return (service, id, Sqlite.Count(Database(service), "SELECT part_size FROM items"));
    }

    private static async Task AssertDoneAsync(ServiceProcess service, Origin origin, string id)
    {
        var downloads = new DownloadsClient(service.Client);
        await downloads.EndAsync(id);
        var item = Assert.Single(await downloads.ItemsAsync(id));
        Assert.Equal(("done", origin.Sha256("/x.bin")), (DownloadsClient.Text(item, "state"), DownloadsClient.Text(item, "sha256")));
        Assert.Equal(origin.Sha256("/x.bin"), Files.Sha256(Path.Combine(service.DataDirectory, "files", id, "x.bin")));
    }

    private static long PartBytes(ServiceProcess service) => Directory.GetFiles(Parts(service)).Sum(path => new FileInfo(path).Length);

    private static string Parts(ServiceProcess service) => Path.Combine(service.DataDirectory, "parts");

    private static string Database(ServiceProcess service) => Path.Combine(service.DataDirectory, "echoservice.db");

    private static long Offset(OriginRequest request) =>
        long.Parse(request.Headers["Range"].AsSpan("bytes=".Length).TrimEnd('-'), CultureInfo.InvariantCulture);
}
