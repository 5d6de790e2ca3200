using System.Net.Http.Json;
using System.Text.Json;

namespace EchoService.Benchmarks;

/// <summary>A job of the service, from its first item's start to its last file's visible name, as the job itself tells.</summary>
internal sealed class ServiceDownload(string name, IReadOnlyList<string> urls, int concurrency, params string[] settings) : IContender
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private RunningService? _service;

    public string Name => name;

    public int MostRounds { get; init; } = int.MaxValue;

    public async Task StartAsync() => _service = await RunningService.StartAsync(["--Downloads:Egress:AllowedNetworks:0=127.0.0.0/8", .. settings]);

    public async Task<Sample> RunAsync()
    {
        var service = _service!;
        var processor = service.Processor;
        using var response = await service.Http.PostAsJsonAsync("/downloads", new { urls, concurrency });
        response.EnsureSuccessStatusCode();
        var took = await EndAsync(service, response.Headers.Location!);
        var sample = Sample.Of("files", urls.Count, took, service.Processor - processor, service.Peak);
        (await service.Http.DeleteAsync(response.Headers.Location)).EnsureSuccessStatusCode();
        return sample;
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }
    }

    private async Task<TimeSpan> EndAsync(RunningService service, Uri location)
    {
        while (true)
        {
            var job = await service.Http.GetFromJsonAsync<JsonElement>(location);
            if (job.GetProperty("state").GetString() == "completed")
            {
                var done = job.GetProperty("counts").GetProperty("done").GetInt32();
                return done == urls.Count
                    ? TimeSpan.FromSeconds(job.GetProperty("took").GetDouble())
                    : throw new InvalidOperationException($"Only {done} of {urls.Count} files are done.");
            }

            await Task.Delay(s_look);
        }
    }
}
