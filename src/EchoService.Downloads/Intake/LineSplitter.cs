using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace EchoService.Downloads.Intake;

/// <summary>A line of a list as text.</summary>
/// <param name="Problem">Why it cannot be read; null: it can.</param>
internal readonly record struct ListLine(int Number, string Text, string? Problem);

/// <summary>
/// Cuts a list into lines as it comes. Every line is counted; blank ones and those that begin with <c>#</c> are skipped. CRLF
/// and a byte order mark are fine. A line that is too long is reported once, by its beginning, and dropped as it comes.
/// </summary>
/// <param name="maxLine">Bytes.</param>
internal sealed class LineSplitter(int maxLine)
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<ListLine> _taken = [];
    private int _number;
    private bool _skipping;

    /// <param name="take">Called for each line, in order.</param>
    public static async Task ReadAsync(PipeReader reader, int maxLine, Func<ListLine, ValueTask> take, CancellationToken cancellationToken)
    {
        var splitter = new LineSplitter(maxLine);
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var consumed = splitter.Take(result.Buffer, result.IsCompleted);
            reader.AdvanceTo(consumed, result.Buffer.End);
            foreach (var line in splitter._taken)
            {
                await take(line);
            }

            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    /// <summary>Takes the whole lines of the buffer, at the end of the text also the last one. Returns where the rest begins.</summary>
    private SequencePosition Take(ReadOnlySequence<byte> buffer, bool last)
    {
        _taken.Clear();
        var reader = new SequenceReader<byte>(buffer);
        while (reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            TakeLine(line);
        }

        if (last && !reader.End)
        {
            TakeLine(reader.UnreadSequence);
            return buffer.End;
        }

        if (reader.Remaining <= maxLine)
        {
            return reader.Position;
        }

        if (!_skipping)
        {
            Add(reader.UnreadSequence);
            _skipping = true;
        }

        return buffer.End;
    }

    private void TakeLine(ReadOnlySequence<byte> line)
    {
        if (!_skipping)
        {
            Add(line);
        }

        _skipping = false;
    }

    private void Add(ReadOnlySequence<byte> line)
    {
        _number++;
        var problem = line.Length > maxLine ? $"The line is longer than {maxLine >> 10} KiB." : null;
        if (!TryDecode(line.Slice(0, Math.Min(line.Length, maxLine)), out var text))
        {
            problem ??= "The line is not valid UTF-8.";
        }

        text = (_number == 1 ? text.TrimStart('\uFEFF') : text).Trim(' ', '\t', '\r');
        if (text.Length > 0 && text[0] != '#')
        {
            _taken.Add(new ListLine(_number, text, problem));
        }
    }

    private static bool TryDecode(ReadOnlySequence<byte> line, out string text)
    {
        try
        {
            text = s_strict.GetString(line);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = Encoding.UTF8.GetString(line);
            return false;
        }
    }
}
