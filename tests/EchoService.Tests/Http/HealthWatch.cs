using System.Diagnostics;

namespace EchoService.Tests.Http;

/// <summary>Asks <c>/health/live</c> again and again and keeps how long each answer took.</summary>
internal sealed class HealthWatch
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Task<List<TimeSpan>> _watching;

    public HealthWatch(Uri address) => _watching = WatchAsync(address);

    /// <summary>The time within which 99 of 100 were answered, and how many were.</summary>
    public async Task<(TimeSpan P99, int Answers)> StopAsync()
    {
        await _stopping.CancelAsync();
        var times = await _watching;
        _stopping.Dispose();
        times.Sort();
        return (times[(int)(times.Count * 0.99)], times.Count);
    }

    private async Task<List<TimeSpan>> WatchAsync(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        var times = new List<TimeSpan>();
        while (!_stopping.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            using var response = await http.GetAsync("/health/live", TestContext.Current.CancellationToken);
            times.Add(Stopwatch.GetElapsedTime(begun));
            Assert.True(response.IsSuccessStatusCode);
            await Task.WhenAny(Task.Delay(s_interval, _stopping.Token));
        }

        return times;
    }
}
