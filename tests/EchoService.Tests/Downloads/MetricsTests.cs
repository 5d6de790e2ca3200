using System.Globalization;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

public sealed class MetricsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CountsWhatEndedByOutcomeAndError()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/a", OriginAnswer.File(1, 1000)).On("/flaky", OriginAnswer.Error(500), OriginAnswer.File(2, 500));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var before = await ReadAsync(http);
        foreach (var outcome in (string[])["done", "failed", "skipped", "cancelled"])
        {
            Assert.Equal(0, before.Where(series => series.Key.StartsWith("echoservice_downloads_items_total", StringComparison.Ordinal) && series.Key.Contains($"\"{outcome}\"", StringComparison.Ordinal)).Sum(series => series.Value));
        }

        await downloads.EndAsync(await downloads.SubmitAsync(["/a", "/flaky", "/missing", "/a", "no url"], origin));

        // A job is seen to have ended a moment before it is counted.
        await Eventually.Passes(async () =>
        {
            var after = await ReadAsync(http);
            Assert.Equal(2, after["""echoservice_downloads_items_total{error_code="",outcome="done"}"""]);
            Assert.Equal(1, after["""echoservice_downloads_items_total{error_code="notFound",outcome="failed"}"""]);
            Assert.Equal(1, after["""echoservice_downloads_items_total{error_code="",outcome="skipped"}"""]);
            Assert.Equal(1, after["""echoservice_downloads_jobs_total{outcome="completed"}"""]);
            Assert.Equal(1, after["echoservice_downloads_retries_total"]);
            Assert.Equal(1500, after["echoservice_downloads_bytes_total"]);
            Assert.Equal(0, after["echoservice_downloads_items_queued"]);
            Assert.Equal(0, after["echoservice_downloads_lanes_active"]);
            Assert.Equal(4, after["echoservice_downloads_item_duration_seconds_count"]);
        });
    }

    private static async Task<Dictionary<string, double>> ReadAsync(HttpClient http) =>
        (await http.GetStringAsync("/metrics", Token)).Split('\n')
            .Where(line => line.StartsWith("echoservice_downloads_", StringComparison.Ordinal))
            .Select(line => line.Split(' '))
            .ToDictionary(parts => Sorted(parts[0]), parts => double.Parse(parts[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <summary>The series with its labels in alphabetical order.</summary>
    private static string Sorted(string series)
    {
        var open = series.IndexOf('{', StringComparison.Ordinal);
        return open < 0 ? series : $"{series[..open]}{{{string.Join(',', series[(open + 1)..^1].Split(',').Order(StringComparer.Ordinal))}}}";
    }
}
