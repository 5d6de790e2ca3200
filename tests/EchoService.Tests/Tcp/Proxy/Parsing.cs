using System.Buffers;
using System.Text;
using EchoService.Tcp.Proxy;

namespace EchoService.Tests.Tcp.Proxy;

/// <summary>Calls the parser and keeps all that it answers.</summary>
internal sealed record Parsing(ProxyHeaderStatus Status, ProxyHeader? Header, long Consumed, ProxyHeaderError Error)
{
    public static Parsing Of(string text) => Of(Encoding.Latin1.GetBytes(text));

    public static Parsing Of(byte[] bytes) => Of(new ReadOnlySequence<byte>(bytes));

    public static Parsing Of(in ReadOnlySequence<byte> bytes)
    {
        var status = ProxyHeaderParser.TryParse(bytes, out var header, out var consumed, out var error);
        return new(status, header, bytes.Slice(0, consumed).Length, error);
    }

    /// <summary>The bytes in segments of one byte each, empty ones between.</summary>
    public static ReadOnlySequence<byte> Scattered(byte[] bytes)
    {
        var first = new Segment(ReadOnlyMemory<byte>.Empty, 0);
        var last = first;
        for (var i = 0; i < bytes.Length; i++)
        {
            last = last.Append(bytes.AsMemory(i, 1)).Append(ReadOnlyMemory<byte>.Empty);
        }

        return new(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
