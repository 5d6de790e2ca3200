using System.Globalization;

namespace EchoService.Benchmarks;

/// <summary>What a load is made of: so many connections, each with so many messages of so many bytes under way.</summary>
internal sealed record EchoShape(int Connections, int Bytes, int Depth);

/// <summary>An echo server under load.</summary>
/// <param name="load">The program that makes it.</param>
/// <param name="prefixBytes">What the reply to a batch has more than the batch.</param>
internal sealed class EchoContender(string name, EchoShape shape, string load, int prefixBytes, Func<Task<EchoPeer>> start) : IContender
{
    private const string Seconds = "2";

    private EchoPeer? _peer;

    public string Name => name;

    public async Task StartAsync() => _peer = await start();

    public async Task<Sample> RunAsync()
    {
        var peer = _peer!;
        var reply = (shape.Bytes * shape.Depth) + prefixBytes;
        var before = peer.Processor;
        var run = await ToolRun.RunAsync(load, [Text(peer.Port), Text(shape.Connections), Text(shape.Bytes), Text(shape.Depth), Text(reply), Seconds], AppContext.BaseDirectory);
        var processor = peer.Processor - before;
        var told = run.Output.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        var usual = Sample.Of("messages", told[0], TimeSpan.FromSeconds(told[1]), processor, peer.Peak);
        return new Sample([.. usual.Figures, ("p50 us", told[2]), ("p99 us", told[3])]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_peer is not null)
        {
            await _peer.DisposeAsync();
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
