using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using BenchmarkDotNet.Attributes;
using EchoService.Tcp;
using EchoService.Tcp.Kinds;

namespace EchoService.Benchmarks;

/// <summary>The echo channel's answer to lines of 64 bytes that arrived at once, written to an output that keeps nothing.</summary>
public class EchoRepliesBenchmarks
{
    private readonly Forgetting _output = new();
    private ReadOnlySequence<byte> _lines;
    private EchoReplies _byLine = null!;
    private EchoReplies _byChunk = null!;
    private EchoReplies _verbatim = null!;

    [Params(1, 16)]
    public int Lines { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _lines = new(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('x', 63) + "\n", Lines))));
        _byLine = Replies(new());
        _byChunk = Replies(new() { Unit = EchoUnit.Chunk });
        _verbatim = Replies(new() { ReplyPrefix = "" });
    }

    [Benchmark]
    public int ByLine() => Answer(_byLine);

    [Benchmark]
    public int ByChunk() => Answer(_byChunk);

    [Benchmark(Baseline = true)]
    public int Verbatim() => Answer(_verbatim);

    private static EchoReplies Replies(ChannelOptions options) => new(new Channel("echo", options, new TcpOptions()));

    private int Answer(EchoReplies replies)
    {
        replies.Answer(_lines, _output, out _, out var bytes);
        replies.EndChunk();
        return bytes;
    }

    private sealed class Forgetting : PipeWriter
    {
        private readonly byte[] _room = new byte[64 << 10];

        public override void Advance(int bytes)
        {
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _room;

        public override Span<byte> GetSpan(int sizeHint = 0) => _room;

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }
}
