using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace EchoService.Benchmarks;

/// <summary>A job of the service, from the request with its list to its last file's visible name.</summary>
internal sealed class ServiceDownload(string name, IReadOnlyList<string> urls, int concurrency) : IContender
{
    /// <summary>A service runs for weeks: it is measured once a run compiles fewer methods than this. With 10,000 files the first run compiles 3,000, the ninth 50.</summary>
    private const int FewMethods = 100;

    /// <summary>What was hardly called is not compiled yet, either.</summary>
    private const int FewestWarmUps = 4;
    private const int MostWarmUps = 20;

    /// <summary>The job says itself when it ended: who looks more often takes processor time from it, a hundredth with looks every 20 ms.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly string _most = Math.Max(concurrency, 8).ToString(CultureInfo.InvariantCulture);
    private RunningService? _service;

    public string Name => name;

    public int MostRounds { get; init; } = int.MaxValue;

    public async Task StartAsync()
    {
        _service = await RunningService.StartAsync(
            "--Downloads:Egress:AllowedNetworks:0=127.0.0.0/8", $"--Downloads:Concurrency={_most}", $"--Downloads:PerHost={_most}");
        if (MostRounds == int.MaxValue)
        {
            await WarmUpAsync(_service);
        }
    }

    public async Task<Sample> RunAsync()
    {
        var service = _service!;
        await EvenStart.WaitAsync();
        var processor = service.Processor;
        var begun = TimeProvider.System.GetUtcNow();
        using var response = await service.Http.PostAsJsonAsync("/downloads", new { urls, concurrency });
        response.EnsureSuccessStatusCode();
        var ended = await EndAsync(service, response.Headers.Location!);
        var sample = Sample.Of("files", urls.Count, ended - begun, service.Processor - processor, service.Peak);
        if (SavedFiles.AreFew(urls.Count))
        {
            (await service.Http.DeleteAsync(response.Headers.Location)).EnsureSuccessStatusCode();
        }

        return sample;
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }
    }

    private async Task WarmUpAsync(RunningService service)
    {
        const string Methods = "dotnet_jit_compiled_methods_total";
        var compiled = await service.MetricAsync(Methods);
        for (var run = 1; run <= MostWarmUps; run++)
        {
            await RunAsync();
            var before = compiled;
            compiled = await service.MetricAsync(Methods);
            if (run >= FewestWarmUps && compiled - before < FewMethods)
            {
                return;
            }
        }

        await Console.Error.WriteLineAsync($"{name}: still compiles after {MostWarmUps} runs; what is measured is not warm.");
    }

    private async Task<DateTimeOffset> EndAsync(RunningService service, Uri location)
    {
        while (true)
        {
            var job = await service.Http.GetFromJsonAsync<JsonElement>(location);
            if (job.GetProperty("state").GetString() == "completed")
            {
                var done = job.GetProperty("counts").GetProperty("done").GetInt32();
                return done == urls.Count
                    ? job.GetProperty("finishedAt").GetDateTimeOffset()
                    : throw new InvalidOperationException($"Only {done} of {urls.Count} files are done.");
            }

            await Task.Delay(s_look);
        }
    }
}
