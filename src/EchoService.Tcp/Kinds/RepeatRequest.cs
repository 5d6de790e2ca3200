using System.Buffers;
using System.Buffers.Text;

namespace EchoService.Tcp.Kinds;

/// <summary>A number of lines, or what is wrong with it.</summary>
internal sealed record RepeatRequest(long Lines, string? Error = null)
{
    /// <summary>More than any number that fits, with room for blanks; a client that never ends its line is not waited for.</summary>
    private const int LongestLine = 64;

    /// <summary>Null: the line is not complete yet, or nothing came at all.</summary>
    public static RepeatRequest? TryParse(in ReadOnlySequence<byte> data, bool isAll, long most)
    {
        var end = data.PositionOf((byte)'\n');
        var line = end is { } newline ? data.Slice(0, newline) : data;
        if (line.Length > LongestLine)
        {
            return new(0, "the line is too long");
        }

        return end is not null || (isAll && !data.IsEmpty) ? Parse(line.ToArray().AsSpan().Trim(" \t\r"u8), most) : null;
    }

    private static RepeatRequest Parse(ReadOnlySpan<byte> text, long most)
    {
        if (text.IsEmpty || text.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return new(0, "send a line with a whole number, 0 or more");
        }

        return Utf8Parser.TryParse(text, out long lines, out var used) && used == text.Length && lines <= most
            ? new(lines)
            : new(0, $"the number must be at most {most}");
    }
}
