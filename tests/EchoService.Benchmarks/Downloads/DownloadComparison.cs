using System.Globalization;

namespace EchoService.Benchmarks;

/// <summary>Fetching and saving lists: ours (hashed, recorded, flushed) against what people use otherwise (none of these).</summary>
internal static class DownloadComparison
{
    private const int Files = 10_000;
    private const int FileBytes = 10 << 10;
    private const int Hosts = 100;

    public static IReadOnlyList<Work> Works() =>
    [
        new Work("small", $"{Files} files of 10 KiB from nginx on loopback, 64 at once", "curl -Z", async peers =>
        {
            var origin = peers.Add(await NginxOrigin.StartAsync([("small", FileBytes)], hosts: 1));
            return Contenders(peers, [.. Enumerable.Range(0, Files).Select(i => $"{origin.Address(0)}small/{i}")], atOnce: 64);
        }),
        new Work("hosts", $"the same from {Hosts} hosts", "curl -Z", async peers =>
        {
            var origin = peers.Add(await NginxOrigin.StartAsync([("small", FileBytes)], Hosts));
            return Contenders(peers, [.. Enumerable.Range(0, Files).Select(i => $"{origin.Address(i % Hosts)}small/{i}")], atOnce: 64);
        }),
        new Work("large", "one file of 1 GiB from nginx on loopback", "curl -Z", async peers =>
        {
            var origin = peers.Add(await NginxOrigin.StartAsync([("large", 1 << 30)], hosts: 1));
            return Contenders(peers, [origin.Address(0) + "large/1"], atOnce: 1);
        }),
        new Work("latency", "600 URLs, each answered after 100 ms, all at once", "one after the other", async peers =>
        {
            const int Items = 600;
            var origin = peers.Add(await LateOrigin.StartAsync(TimeSpan.FromMilliseconds(100)));
            var urls = Enumerable.Range(0, Items).Select(i => $"{origin.Address}{i}").ToList();
            return
            [
                .. Contenders(peers, urls, atOnce: Items),
                new ServiceDownload("one after the other", urls, 1) { MostRounds = 1 },
            ];
        }),
    ];

    private static List<IContender> Contenders(SharedPeers peers, List<string> urls, int atOnce)
    {
        var list = peers.Add(new UrlListFile(urls));
        var most = atOnce.ToString(CultureInfo.InvariantCulture);
        return
        [
            new ToolDownload("curl -Z", "curl", "curl", urls.Count, ["--parallel", "--parallel-immediate", "--parallel-max", Math.Min(atOnce, 300).ToString(CultureInfo.InvariantCulture), "--silent", "--show-error", "--config", list.CurlConfig]),
            new ToolDownload("wget2", "wget2", "wget2", urls.Count, ["--quiet", "--max-threads", most, "--input-file", list.Path]),
            new ToolDownload("aria2c", "aria2c", "aria2", urls.Count, ["--quiet", "--max-concurrent-downloads", most, "--split=1", "--max-connection-per-server=1", "--file-allocation=none", "--input-file", list.AriaInput]),
            new ToolDownload("aiohttp, 64 KiB pieces", "/usr/bin/python3", "python3-aiohttp", urls.Count, ["-c", AiohttpScript.Text, list.Path, most, "65536"]),
            new ToolDownload("aiohttp, 1 KiB pieces", "/usr/bin/python3", "python3-aiohttp", urls.Count, ["-c", AiohttpScript.Text, list.Path, most, "1024"]),
            new ToolDownload("echoctl", "dotnet", "dotnet-sdk-10.0", urls.Count, [Echoctl.Program, "download", "--input", list.Path, "--concurrency", most, "--output", "."]),
            new ServiceDownload("EchoService", urls, atOnce),
        ];
    }
}
