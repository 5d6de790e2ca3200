using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using EchoService.Downloads.Fetching;

namespace EchoService.Downloads.Intake;

/// <summary>A URL a line. Blank lines and lines that begin with <c>#</c> are skipped but counted; CRLF and a byte order mark are fine.</summary>
internal static class TextList
{
    /// <summary>More than the longest URL: what follows of such a line is thrown away as it comes.</summary>
    private const int MaxLine = 2 * FetchUrl.MaxBytes;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static async Task ReadAsync(PipeReader reader, ListReceiver receiver, CancellationToken cancellationToken)
    {
        var lines = new Lines();
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var consumed = lines.Take(result.Buffer, result.IsCompleted);
            reader.AdvanceTo(consumed, result.Buffer.End);
            foreach (var (number, url, problem) in lines.Taken)
            {
                await receiver.AddAsync(number, url, problem);
            }

            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    private sealed class Lines
    {
        private int _number;
        private bool _skipping;

        public List<(int Number, string Url, string? Problem)> Taken { get; } = [];

        /// <summary>Takes the whole lines of the buffer, at the end of the text also the last one. Returns where the rest begins.</summary>
        public SequencePosition Take(ReadOnlySequence<byte> buffer, bool last)
        {
            Taken.Clear();
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

            if (reader.Remaining <= MaxLine)
            {
                return reader.Position;
            }

            // Too long to be a URL: it is reported once, by its beginning, and the rest of it is dropped.
            if (!_skipping)
            {
                Add(reader.UnreadSequence.Slice(0, FetchUrl.MaxBytes), "The URL is longer than 8 KiB.");
                _skipping = true;
            }

            return buffer.End;
        }

        private void TakeLine(ReadOnlySequence<byte> line)
        {
            if (_skipping)
            {
                _skipping = false;
                return;
            }

            Add(line, line.Length > MaxLine ? "The URL is longer than 8 KiB." : null);
        }

        private void Add(ReadOnlySequence<byte> line, string? problem)
        {
            _number++;
            if (!TryDecode(line.Slice(0, Math.Min(line.Length, MaxLine)), out var text))
            {
                problem ??= "The line is not valid UTF-8.";
            }

            text = (_number == 1 ? text.TrimStart('\uFEFF') : text).Trim(' ', '\t', '\r');
            if (text.Length > 0 && text[0] != '#')
            {
                Taken.Add((_number, text, problem));
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
}
