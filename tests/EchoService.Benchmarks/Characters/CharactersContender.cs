using System.Diagnostics;
using EchoService.Characters;

namespace EchoService.Benchmarks;

/// <summary>One page of one query: in the index alone, on the server as its own metric tells, and as a client sees it.</summary>
internal sealed class CharactersContender(string name, RunningService service, string query, int start) : IContender
{
    private const int Requests = 500;
    private const int Page = 200;

    public string Name => name;

    public Task StartAsync() => Task.CompletedTask;

    public async Task<Sample> RunAsync()
    {
        var (count, seconds) = await ServedAsync();
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < Requests; i++)
        {
            await service.Http.GetByteArrayAsync($"/characters?query={Uri.EscapeDataString(query)}&start={start}&limit={Page}");
        }

        var elapsed = Stopwatch.GetElapsedTime(begun);
        var (countAfter, secondsAfter) = await ServedAsync();
        return new Sample(
            ("us in the index", InTheIndex()),
            ("us on the server", (secondsAfter - seconds) * 1e6 / (countAfter - count)),
            ("us a request", elapsed.TotalMicroseconds / Requests));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private double InTheIndex()
    {
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < Requests; i++)
        {
            GC.KeepAlive(CharacterIndex.Shared.Find(query).Page(start, Page).LastOrDefault());
        }

        return Stopwatch.GetElapsedTime(begun).TotalMicroseconds / Requests;
    }

    /// <summary>Answered requests of the route, and the seconds that they took together.</summary>
    private async Task<(double Count, double Seconds)> ServedAsync()
    {
        var text = await service.Http.GetStringAsync("/metrics");
        return (Sum(text, "http_server_request_duration_seconds_count"), Sum(text, "http_server_request_duration_seconds_sum"));
    }

    private static double Sum(string metrics, string name) => metrics.Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains("http_route=\"/characters\"", StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
}
