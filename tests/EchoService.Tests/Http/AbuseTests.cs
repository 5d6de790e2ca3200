using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Http;

/// <summary>
/// Clients that send too much, too slowly, or nonsense: each gets its problem, and the service neither grows nor stops answering others. Short
/// form; with ECHOSERVICE_SOAK=1 as much as the contract says.
/// </summary>
public sealed class AbuseTests(ITestOutputHelper output)
{
    private const long MostGrowth = 64 << 20;
    private const string Json = "application/json";

    private static readonly bool s_soak = Environment.GetEnvironmentVariable("ECHOSERVICE_SOAK") == "1";
    private static readonly long s_bomb = s_soak ? 1L << 30 : 100 << 20;
    private static readonly int s_items = s_soak ? 1_000_000 : 20_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HostileRequestsGetTheirProblemAndCostNoMemory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        await using var origin = await BombsAsync();
        await using var service = await ServiceProcess.StartAsync(
            DownloadsClient.Loopback,
            ("Downloads:MaxBytes", s_bomb.ToString(CultureInfo.InvariantCulture)),
            ("Downloads:MaxItemsPerJob", s_items.ToString(CultureInfo.InvariantCulture)),
            ("Http:MaxListBytes", s_soak ? (4L << 30).ToString(CultureInfo.InvariantCulture) : "67108864"),
            ("Http:Limits:GraceSeconds", s_soak ? "5" : "2"));
        var memory = new ProcessMemory(service.Id);
        for (var round = s_soak ? 1 : 2; round > 0; round--)
        {
            await AttackAsync(service, origin, posters: 100); // what is compiled late, and what pools keep, is not growth
        }

        var before = memory.Resident;
        memory.ForgetPeak();

        var health = new HealthWatch(service.Client.BaseAddress!);
        await AttackAsync(service, origin, posters: s_soak ? 1000 : 200);
        var (p99, answers) = await health.StopAsync();

        output.WriteLine($"RSS {before >> 20} MiB before, {memory.Peak >> 20} MiB at most; /health/live p99 {p99.TotalMilliseconds:0.0} ms of {answers}");
        Assert.InRange(memory.Peak - before, long.MinValue, MostGrowth);
        Assert.True(!s_soak || p99 < TimeSpan.FromMilliseconds(100), $"p99 of /health/live was {p99.TotalMilliseconds} ms");
        Assert.Equal(0, Sqlite.Count(Path.Combine(service.DataDirectory, "echoservice.db"), "SELECT count(*) FROM jobs"));
    }

    private static async Task AttackAsync(ServiceProcess service, Origin origin, int posters)
    {
        var port = service.Client.BaseAddress!.Port;
        var slow = Enumerable.Range(0, posters).Select(_ => ExpectAsync(
            408, "requestTimeout", RawHttp.AskAsync(port, Head("/downloads", "text/plain", "Content-Length: 1000000"), DripAsync, Token))).ToList();
        var bytes = s_soak ? 10_000_000_000 : 256L << 20;
        await ExpectAsync(413, "bodyTooLarge", FloodAsync(port, "/downloads", "text/plain", "# nothing\n", bytes));
        await ExpectAsync(413, "bodyTooLarge", FloodAsync(port, "/downloads", "text/plain", "#aaaaaaaaa", bytes));
        await ExpectAsync(413, "bodyTooLarge", FloodAsync(port, "/fetch", Json, "          ", bytes));
        await ExpectAsync(413, "tooManyItems", FloodAsync(port, "/downloads", "application/x-ndjson", "{\"url\":\"http://127.0.0.1/a\"}\n", 29_000_000_000));
        foreach (var encoding in (string[])["gzip", "br", "zstd"])
        {
            await ExpectAsync(415, "compressedBody", RawHttp.AskAsync(
                port, Head("/downloads", Json, $"Transfer-Encoding: chunked\nContent-Encoding: {encoding}"), Repeat("aaaaaaaaaa"u8, bytes), Token));
        }

        await TooDeepAsync(service.Client);
        await BombAsync(service.Client, origin.Url("/gzip"));
        await BombAsync(service.Client, origin.Url("/br"));
        await Task.WhenAll(slow);
    }

    /// <summary>The first lines go in one write with the head: a busy machine may need longer than GraceSeconds from one write to the next.</summary>
    private static Task<RawAnswer> FloodAsync(int port, string path, string type, string line, long bytes)
    {
        // Two line ends follow what is given as the head: here the last line's, then the chunk's.
        var begin = string.Join("\r\n", Enumerable.Repeat(line.TrimEnd('\n'), 1000));
        var head = string.Create(CultureInfo.InvariantCulture, $"{Head(path, type, "Transfer-Encoding: chunked")}\n\n{begin.Length + 2:x}\n{begin}");
        return RawHttp.AskAsync(port, head, Repeat(Encoding.ASCII.GetBytes(line), bytes), Token);
    }

    private static async Task TooDeepAsync(HttpClient http)
    {
        var deep = new string('[', 100_000);
        foreach (var (method, path, body) in ((HttpMethod, string, string)[])
            [(HttpMethod.Post, "/downloads", "{\"urls\": " + deep), (HttpMethod.Post, "/downloads", "{\"name\": " + deep), (HttpMethod.Post, "/fetch", deep), (HttpMethod.Put, "/tcp/channels/echo/faults", deep)])
        {
            using var request = new HttpRequestMessage(method, path) { Content = Content(Encoding.ASCII.GetBytes(body), Json) };
            using var response = await http.SendAsync(request, Token);
            Assert.Equal((HttpStatusCode.BadRequest, "malformedJson"), (response.StatusCode, await ProblemCheck.CodeAsync(response)));
        }
    }

    /// <summary>A few megabytes that unpack to more than a page may have: the answer breaks off at that limit.</summary>
    private static async Task BombAsync(HttpClient http, Uri url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/fetch") { Content = Content(Encoding.ASCII.GetBytes($$"""{"url": "{{url}}"}"""), Json) };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await using var body = await response.Content.ReadAsStreamAsync(Token);
        var (buffer, got) = (new byte[1 << 16], 0L);
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            int n;
            while ((n = await body.ReadAsync(buffer, Token)) > 0)
            {
                got += n;
            }
        });
        Assert.InRange(got, 0, s_bomb);
    }

    private static async Task ExpectAsync(int status, string code, Task<RawAnswer> asked)
    {
        var answer = await asked;
        Assert.True(answer.Status == status, $"{answer.Head}\n{answer.Body}");
        Assert.Null(ProblemCheck.Fault(status, answer.MediaType, answer.Body));
        Assert.Contains($"\"code\":\"{code}\"", answer.Body, StringComparison.Ordinal);
    }

    /// <summary>A byte each half second, until it is answered.</summary>
    private static async Task DripAsync(Stream stream, CancellationToken cancellationToken)
    {
        while (true)
        {
            await stream.WriteAsync("h"u8.ToArray(), cancellationToken);
            await Task.Delay(500, cancellationToken);
        }
    }

    private static Func<Stream, CancellationToken, Task> Repeat(ReadOnlySpan<byte> line, long bytes)
    {
        var lines = new byte[line.Length * 6000];
        for (var i = 0; i < lines.Length; i++)
        {
            lines[i] = line[i % line.Length];
        }

        var chunk = RawHttp.Chunk(lines);
        return async (stream, cancellationToken) =>
        {
            for (var sent = 0L; sent < bytes; sent += lines.Length)
            {
                await stream.WriteAsync(chunk, cancellationToken);
            }

            await stream.WriteAsync("0\r\n\r\n"u8.ToArray(), cancellationToken);
        };
    }

    private static string Head(string path, string type, string length) => $"POST {path} HTTP/1.1\nHost: localhost\nContent-Type: {type}\n{length}";

    private static ByteArrayContent Content(byte[] bytes, string type)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return content;
    }

    private static async Task<Origin> BombsAsync()
    {
        var origin = await Origin.StartAsync(Token);
        origin.On("/gzip", Bomb("gzip", stream => new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true)));
        origin.On("/br", Bomb("br", stream => new BrotliStream(stream, CompressionLevel.Fastest, leaveOpen: true)));
        return origin;
    }

    private static OriginAnswer Bomb(string encoding, Func<Stream, Stream> pack)
    {
        using var packed = new MemoryStream();
        using (var packing = pack(packed))
        {
            var zeros = new byte[1 << 20];
            for (var n = 0L; n < 2 * s_bomb; n += zeros.Length)
            {
                packing.Write(zeros);
            }
        }

        return new OriginAnswer { Bytes = packed.ToArray(), Headers = [("Content-Encoding", encoding)], ContentType = "text/html" };
    }
}
