using System.Globalization;

namespace EchoService.Benchmarks;

/// <summary>What a load is made of: so many connections, each with so many messages of so many bytes under way.</summary>
internal sealed record EchoShape(int Connections, int Bytes, int Depth);

/// <summary>An echo server under load.</summary>
/// <param name="load">The program that makes it; null: <see cref="MessageLoad"/>.</param>
/// <param name="prefixBytes">What the reply to a batch has more than the batch.</param>
internal sealed class EchoContender(string name, EchoShape shape, string? load, int prefixBytes, Func<Task<EchoPeer>> start) : IContender
{
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(2);

    private EchoPeer? _peer;

    public string Name => name;

    public async Task StartAsync() => _peer = await start();

    public async Task<Sample> RunAsync()
    {
        var peer = _peer!;
        var reply = (shape.Bytes * shape.Depth) + prefixBytes;
        var before = peer.Processor;
        var (messages, seconds, p50, p99) = load is null ? await LoadAsync(peer.Port, reply) : await LoadAsync(load, peer.Port, reply);
        var usual = Sample.Of("messages", messages, TimeSpan.FromSeconds(seconds), peer.Processor - before, peer.Peak);
        return new Sample([.. usual.Figures, ("p50 us", p50), ("p99 us", p99)]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_peer is not null)
        {
            await _peer.DisposeAsync();
        }
    }

    private async Task<(double Messages, double Seconds, double P50, double P99)> LoadAsync(int port, int reply)
    {
        var result = await MessageLoad.RunAsync(port, shape, reply, s_duration, s_duration);
        return (result.Messages, result.Took.TotalSeconds, result.Percentile(0.5), result.Percentile(0.99));
    }

    private async Task<(double Messages, double Seconds, double P50, double P99)> LoadAsync(string program, int port, int reply)
    {
        var run = await ToolRun.RunAsync(
            program, [.. ((int[])[port, shape.Connections, shape.Bytes, shape.Depth, reply, (int)s_duration.TotalSeconds]).Select(Text)], AppContext.BaseDirectory);
        var told = run.Output.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        return (told[0], told[1], told[2], told[3]);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
