using System.Buffers;
using System.Text;

namespace EchoService.Downloads.Completion;

/// <summary>Hands on what a program writes, line by line: control characters replaced, long lines cut, and after many lines no more of them.</summary>
internal sealed class OutputLines(StreamReader output, Action<string> line)
{
    private const int MaxLength = 1000;
    private const int MaxLines = 1000;

    private readonly StringBuilder _line = new();
    private int _lines;

    /// <summary>Reads to the end, so that the program never waits for us.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<char>.Shared.Rent(4096);
        try
        {
            int read;
            while ((read = await output.ReadAsync(buffer, cancellationToken)) > 0)
            {
                Take(buffer.AsSpan(0, read));
            }
        }
        catch (OperationCanceledException)
        {
            // Somebody else holds the pipe's other end; what was said until now is in the log.
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }

        if (_line.Length > 0)
        {
            End();
        }
    }

    private void Take(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (character == '\n')
            {
                End();
            }
            else if (_line.Length < MaxLength && character != '\r')
            {
                _line.Append(char.IsControl(character) ? '\uFFFD' : character);
            }
        }
    }

    private void End()
    {
        _lines++;
        if (_lines <= MaxLines)
        {
            line(_line.ToString());
        }
        else if (_lines == MaxLines + 1)
        {
            line("… (the rest is left out)");
        }

        _line.Clear();
    }
}
