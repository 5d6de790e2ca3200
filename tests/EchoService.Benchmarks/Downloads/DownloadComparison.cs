using System.Globalization;

namespace EchoService.Benchmarks;

/// <summary>Fetching and saving lists, ours against what people use otherwise.</summary>
internal static class DownloadComparison
{
    public static IReadOnlyList<Work> Works() =>
    [
        new Work("latency", "600 URLs, each answered after 100 ms", "one after the other", async peers =>
        {
            const int Items = 600;
            var origin = peers.Add(await LateOrigin.StartAsync(TimeSpan.FromMilliseconds(100)));
            var urls = Enumerable.Range(0, Items).Select(i => $"{origin.Address}{i}").ToList();
            var all = Items.ToString(CultureInfo.InvariantCulture);
            string[] settings = [$"--Downloads:Concurrency={all}", $"--Downloads:PerHost={all}"];
            return
            [
                new ServiceDownload("all at once", urls, Items, settings),
                new ServiceDownload("one after the other", urls, 1, settings) { MostRounds = 1 },
            ];
        }),
    ];
}
