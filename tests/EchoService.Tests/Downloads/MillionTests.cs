using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

/// <summary>A list of a million lines is handed over, listed and cancelled (--soak); a shorter one always.</summary>
public sealed class MillionTests(ITestOutputHelper output)
{
    /// <summary>What DESIGN allows the service to hold while a list comes in.</summary>
    private const long MaxResident = 300_000_000;

    private static readonly bool s_soak = Environment.GetEnvironmentVariable("ECHOSERVICE_SOAK") is not null;
    private static readonly int s_lines = s_soak ? 1_000_000 : 60_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TakesListsAndCancelsALongListInFlatMemory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (_, _) => new OriginAnswer { HangBeforeHeaders = true });
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var list = new Lines(origin, s_lines, service.Id);
        var clock = Stopwatch.StartNew();

        using var response = await service.Client.PostAsync("/downloads", list, Token);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var rate = s_lines / clock.Elapsed.TotalSeconds;
        var id = response.Headers.Location!.OriginalString.Split('/')[^1];
        var downloads = new DownloadsClient(service.Client);
        Assert.Equal(s_lines, (await downloads.JobAsync(id)).GetProperty("total").GetInt32());
        await origin.RequestAsync(8, Token);

        var pages = await ReadPagesAsync(service, $"/downloads/{id}/items?limit=1000");
        clock.Restart();
        using var cancelled = await service.Client.PostAsync($"/downloads/{id}/cancel", null, Token);
        var cancelling = clock.Elapsed;

        var peak = new ProcessMemory(service.Id).Peak;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{s_lines} lines at {rate:0} a second; resident after a fifth {list.ResidentAfterAFifth / 1e6:0} MB, after all {list.ResidentAtEnd / 1e6:0} MB, at most {peak / 1e6:0} MB; page {pages.First * 1000:0.0} ms at the beginning, {pages.Last * 1000:0.0} ms at the end; cancelled in {cancelling.TotalSeconds:0.0} s"));
        Assert.Equal(s_lines, DownloadsClient.Count(await downloads.JobAsync(id), "cancelled"));
        Assert.InRange(peak, 1, MaxResident);
        Assert.InRange(list.ResidentAtEnd, 1, (long)(list.ResidentAfterAFifth * 1.5));
        Assert.InRange(pages.Last, 0, (pages.First * 3) + 0.1); // a walk through a million rows takes longer than 0.1 s; less than that is what a busy machine does
        Assert.InRange(cancelling.TotalSeconds, 0, 60);
        if (s_soak)
        {
            Assert.True(rate >= 50_000, $"{rate:0} lines a second");
        }

        var ended = await ReadPagesAsync(service, $"/downloads/{id}/items?limit=1000&state=cancelled");
        Assert.InRange(ended.Last, 0, (ended.First * 3) + 0.1);
        clock.Restart();
        Assert.Empty((await downloads.GetAsync($"/downloads/{id}/items?state=queued")).GetProperty("items").EnumerateArray());
        Assert.Empty((await downloads.GetAsync($"/downloads/{id}/items?state=done")).GetProperty("items").EnumerateArray());
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"two pages of states that no item has: {clock.Elapsed.TotalMilliseconds:0} ms"));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
    }

    /// <summary>Reads all pages. Answers the seconds of the fastest among the first tenth, and among the last.</summary>
    private static async Task<(double First, double Last)> ReadPagesAsync(ServiceProcess service, string path)
    {
        var times = new List<double>();
        var items = 0;
        string? cursor = "";
        while (cursor is not null)
        {
            var begun = Stopwatch.GetTimestamp();
            var text = await service.Client.GetStringAsync($"{path}&cursor={cursor}", Token);
            times.Add(Stopwatch.GetElapsedTime(begun).TotalSeconds);
            using var page = JsonDocument.Parse(text);
            items += page.RootElement.GetProperty("items").GetArrayLength();
            cursor = page.RootElement.GetProperty("nextCursor").GetString();
        }

        Assert.Equal(s_lines, items);
        var tenth = times.Count / 10;
        return (times.Take(tenth).Min(), times.TakeLast(tenth).Min());
    }

    /// <summary>A list that is made while it is sent.</summary>
    private sealed class Lines : HttpContent
    {
        private readonly Origin _origin;
        private readonly int _count;
        private readonly int _service;

        public Lines(Origin origin, int count, int service)
        {
            (_origin, _count, _service) = (origin, count, service);
            Headers.ContentType = new("application/x-ndjson");
        }

        public long ResidentAfterAFifth { get; private set; }

        public long ResidentAtEnd { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var text = new StringBuilder();
            for (var n = 1; n <= _count; n++)
            {
                text.Append(CultureInfo.InvariantCulture, $$"""{"url": "http://127.0.0.1:{{_origin.Port}}/some/path/file-{{n}}.bin", "size": {{n}}}""").Append('\n');
                if (n % 1000 == 0)
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(text.ToString()), Token);
                    text.Clear();
                    ResidentAfterAFifth = n == _count / 5 ? new ProcessMemory(_service).Resident : ResidentAfterAFifth;
                }
            }

            ResidentAtEnd = new ProcessMemory(_service).Resident;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
