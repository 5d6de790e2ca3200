namespace EchoService.Benchmarks;

/// <summary>Short answers over HTTP, asked for by wrk while a job runs.</summary>
internal static class HttpComparison
{
    public static IReadOnlyList<Work> Works() =>
    [
        new Work("http", $"wrk, {WrkContender.Connections} connections for {WrkContender.Seconds} s, beside a running job", "GET /hello", async peers =>
        {
            var origin = peers.Add(await LateOrigin.StartAsync(TimeSpan.FromMilliseconds(50)));
            var busy = peers.Add(await BusyService.StartAsync(origin));
            return
            [
                new WrkContender("GET /hello", busy, "/hello"),
                new WrkContender("GET /downloads/{id}", busy, busy.Job),
            ];
        }),
    ];
}
