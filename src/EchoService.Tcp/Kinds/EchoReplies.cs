using System.Buffers;
using System.IO.Pipelines;

namespace EchoService.Tcp.Kinds;

/// <summary>What echo answers, however the bytes are cut: remembers only whether a unit has begun, and how many replies are left.</summary>
internal sealed class EchoReplies(Channel channel)
{
    /// <summary>Bytes to write before a flush: a few socket writes' worth, and small enough to hold for 10,000 slow readers.</summary>
    private const int MostAtOnce = 32 << 10;

    private readonly byte[] _prefix = channel.ReplyPrefix;

    /// <summary>Without a prefix and without a count, a line is like any other bytes.</summary>
    private readonly bool _byLine = channel.Options.Unit == EchoUnit.Line
        && (channel.ReplyPrefix.Length > 0 || channel.Options.Close.After == CloseAfter.Replies);

    private long _left = channel.Options.Close.After == CloseAfter.Replies ? channel.Options.Close.Count : long.MaxValue;
    private bool _begun;

    public bool AreDone => _left == 0;

    /// <summary>
    /// Answers the first part of <paramref name="data"/>: with what it writes, or, where nothing has to be put between, with
    /// <paramref name="asIs"/>, which is still to be written. Returns where the rest begins.
    /// </summary>
    /// <param name="bytes">How many the answer has.</param>
    public SequencePosition Answer(in ReadOnlySequence<byte> data, PipeWriter output, out ReadOnlyMemory<byte> asIs, out int bytes)
    {
        if (_prefix.Length == 0 && !_byLine && data.IsSingleSegment)
        {
            _begun = true;
            asIs = data.First;
            bytes = asIs.Length;
            return data.End;
        }

        asIs = default;
        bytes = 0;
        long consumed = 0;
        foreach (var segment in data)
        {
            var rest = segment.Span;
            while (!rest.IsEmpty && bytes < MostAtOnce && !AreDone)
            {
                var unit = rest[..Math.Min(NextUnit(rest), MostAtOnce - bytes)];
                bytes += Begin(output) + unit.Length;
                output.Write(unit);
                consumed += unit.Length;
                rest = rest[unit.Length..];
                EndLine(unit);
            }
        }

        return data.GetPosition(consumed);
    }

    /// <summary>All that had arrived at once is answered.</summary>
    public void EndChunk()
    {
        if (!_byLine && _begun)
        {
            EndUnit();
        }
    }

    private int NextUnit(ReadOnlySpan<byte> data) =>
        _byLine && data.IndexOf((byte)'\n') is var end and >= 0 ? end + 1 : data.Length;

    private int Begin(PipeWriter output)
    {
        if (_begun || _prefix.Length == 0)
        {
            _begun = true;
            return 0;
        }

        _begun = true;
        output.Write(_prefix);
        return _prefix.Length;
    }

    private void EndLine(ReadOnlySpan<byte> unit)
    {
        if (_byLine && unit[^1] == '\n')
        {
            EndUnit();
        }
    }

    private void EndUnit()
    {
        _begun = false;
        _left--;
    }
}
