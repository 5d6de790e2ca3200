using System.Diagnostics;

namespace EchoService.Benchmarks;

/// <summary>The service's echo channel with some settings.</summary>
/// <param name="prefix">The prefix that each reply has then.</param>
internal sealed class EchoContender(string name, string prefix, params string[] settings) : IContender
{
    private const string Allocated = "dotnet_gc_heap_total_allocated_bytes_total";
    private const int Connections = 50;

    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(3);

    private RunningService? _service;

    public string Name => name;

    public async Task StartAsync() => _service = await RunningService.StartAsync(settings);

    public async Task<Sample> RunAsync()
    {
        var service = _service!;

        // Scrapes allocate too: two in a row tell how much.
        var first = await service.MetricAsync(Allocated);
        var scrape = await service.MetricAsync(Allocated) - first;
        var before = await service.MetricAsync(Allocated);
        var processor = service.Processor;
        var begun = Stopwatch.GetTimestamp();
        var messages = await EchoLoad.RunAsync(service.Port("echo"), Connections, s_duration, prefix);
        var elapsed = Stopwatch.GetElapsedTime(begun);
        processor = service.Processor - processor;
        var allocated = await service.MetricAsync(Allocated) - before - scrape;
        var usual = Sample.Of("messages", messages, elapsed, processor, service.Peak);
        return new Sample([.. usual.Figures, ("B allocated/message", Math.Max(0, allocated) / messages)]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }
    }
}
