using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace EchoService.Tcp.Kinds;

/// <summary>What a line of a character session asks for.</summary>
internal enum QueryLineKind
{
    /// <summary>The end of the line has not come.</summary>
    Incomplete,

    /// <summary>White space only: the prompt comes again.</summary>
    Empty,

    Words,

    /// <summary>A control character in the first place, or bytes that are no text, which count as a NUL.</summary>
    End,

    /// <summary>Longer than <see cref="QueryLine.MostBytes"/>.</summary>
    TooLong,
}

/// <summary>Reads queries, a line each.</summary>
internal static class QueryLine
{
    /// <summary>Without its end. The longest name has 88 letters.</summary>
    public const int MostBytes = 1024;

    /// <summary>Telnet's "interpret as command": what it sends for Ctrl+C, without a line end.</summary>
    private const byte TelnetCommand = 0xFF;

    private static ReadOnlySpan<byte> WhiteSpace => " \t\r\v\f"u8;

    /// <param name="data">Begins after the line when one was read.</param>
    /// <param name="isLast">Nothing more will come: what is left is a line, with or without an end.</param>
    public static QueryLineKind Read(ref ReadOnlySequence<byte> data, bool isLast, out string query)
    {
        query = "";
        var end = data.PositionOf((byte)'\n');
        var line = end is null ? data : data.Slice(0, end.Value);
        if (line.Length > MostBytes)
        {
            return QueryLineKind.TooLong;
        }

        Span<byte> bytes = stackalloc byte[MostBytes];
        bytes = bytes[..(int)line.Length];
        line.CopyTo(bytes);
        bytes = TrimEnd(bytes).TrimStart(WhiteSpace);
        if (!bytes.IsEmpty && bytes[0] is < 0x20 or TelnetCommand)
        {
            return QueryLineKind.End;
        }

        if (end is null && (!isLast || line.IsEmpty))
        {
            return QueryLineKind.Incomplete;
        }

        data = data.Slice(end is null ? data.End : data.GetPosition(1, end.Value));
        return Decode(bytes, out query);
    }

    /// <summary>A telnet client sends a carriage return that is not the line's end as CR NUL (RFC 854), so `sun\r\0\r\n` when its input has CRLF.</summary>
    private static Span<byte> TrimEnd(Span<byte> line)
    {
        line = line.TrimEnd(WhiteSpace);
        while (line.EndsWith("\r\0"u8))
        {
            line = line[..^2].TrimEnd(WhiteSpace);
        }

        return line;
    }

    private static QueryLineKind Decode(ReadOnlySpan<byte> bytes, out string query)
    {
        query = "";
        if (bytes.IsEmpty)
        {
            return QueryLineKind.Empty;
        }

        if (!Utf8.IsValid(bytes))
        {
            return QueryLineKind.End;
        }

        query = Encoding.UTF8.GetString(bytes);
        return QueryLineKind.Words;
    }
}
