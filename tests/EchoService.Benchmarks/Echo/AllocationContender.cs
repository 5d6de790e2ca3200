namespace EchoService.Benchmarks;

/// <summary>What the service allocates for a message, by the runtime's own count.</summary>
/// <param name="prefix">What each reply begins with.</param>
internal sealed class AllocationContender(string name, string prefix, params string[] settings) : IContender
{
    private const string Allocated = "dotnet_gc_heap_total_allocated_bytes_total";

    private static readonly EchoShape s_shape = new(50, 64, 1);
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(3);

    private RunningService? _service;

    public string Name => name;

    public async Task StartAsync() => _service = await RunningService.StartAsync(settings);

    public async Task<Sample> RunAsync()
    {
        // The service allocates without messages too (scrapes, timers, new connections): the same with and without them tells how much.
        var (_, idle) = await MeasureAsync(TimeSpan.Zero);
        var (messages, busy) = await MeasureAsync(s_duration);
        return new Sample(("messages", messages), ("B allocated", busy), ("B allocated, no message", idle), ("B/message", Math.Max(0, busy - idle) / Math.Max(1, messages)));
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }
    }

    private async Task<(long Messages, double Bytes)> MeasureAsync(TimeSpan talking)
    {
        var service = _service!;
        var before = await service.MetricAsync(Allocated);
        var load = await MessageLoad.RunAsync(service.Port("echo"), s_shape, prefix.Length + s_shape.Bytes, s_duration, talking);
        return (load.Messages, await service.MetricAsync(Allocated) - before);
    }
}
