using System.Buffers;
using System.Text;
using EchoService.Tcp.Kinds;

namespace EchoService.Tests.Characters;

public sealed class QueryLineTests
{
    [Theory]
    [InlineData("sun\r\n", "sun")]
    [InlineData("sun\n", "sun")]
    [InlineData("  chess black \t\r\n", "chess black")]
    [InlineData("\tsun\n", "sun")]
    [InlineData("sun\r\0\n", "sun")]
    [InlineData("sun\r\0\r\n", "sun")]
    [InlineData("☺ é\r\n", "☺ é")]
    [InlineData("s\u0003n\n", "s\u0003n")]
    public void ReadsTheWordsOfALineHoweverItIsCut(string text, string words)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(QueryLineKind.Incomplete, Read(bytes[..length], isLast: false).Kind);
        }

        Assert.Equal((QueryLineKind.Words, words, 0), Read(bytes, isLast: false));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    [InlineData(" \t \r\n")]
    [InlineData("\r\0\n")]
    [InlineData("\r\0\r\n")]
    public void AnEmptyLineAsksForNothing(string text) =>
        Assert.Equal((QueryLineKind.Empty, "", 0), Read(Encoding.UTF8.GetBytes(text), isLast: false));

    [Theory]
    [InlineData("00")]
    [InlineData("03")]
    [InlineData("04 0A")]
    [InlineData("1B 5B 41")]
    [InlineData("20 20 03")]
    [InlineData("1F 41 0A")]
    [InlineData("FF F4 FF FD 06")] // telnet's Ctrl+C
    [InlineData("73 75 6E FF 0A")] // no UTF-8: counts as NUL
    [InlineData("C3 28 0A")]
    [InlineData("ED A0 80 0A")] // a surrogate
    public void AControlCharacterInFrontOrNoTextEnds(string hex) =>
        Assert.Equal(QueryLineKind.End, Read(Convert.FromHexString(hex.Replace(" ", "")), isLast: false).Kind);

    [Fact]
    public void ALineIsBounded()
    {
        var longest = new string('a', QueryLine.MostBytes);
        Assert.Equal(QueryLineKind.Incomplete, Read(Encoding.UTF8.GetBytes(longest), isLast: false).Kind);
        Assert.Equal(QueryLineKind.Words, Read(Encoding.UTF8.GetBytes(longest + "\n"), isLast: false).Kind);
        Assert.Equal(QueryLineKind.TooLong, Read(Encoding.UTF8.GetBytes(longest + "a"), isLast: false).Kind);
        Assert.Equal(QueryLineKind.TooLong, Read(Encoding.UTF8.GetBytes(longest + "a\n"), isLast: false).Kind);
        Assert.Equal(QueryLineKind.TooLong, Read(Encoding.UTF8.GetBytes(new string(' ', 5_000)), isLast: true).Kind);
    }

    [Fact]
    public void TheLastLineNeedsNoEnd()
    {
        Assert.Equal((QueryLineKind.Words, "sun", 0), Read("sun"u8.ToArray(), isLast: true));
        Assert.Equal(QueryLineKind.Incomplete, Read([], isLast: true).Kind);
    }

    [Fact]
    public void LeavesTheNextLineAlone() => Assert.Equal((QueryLineKind.Words, "sun", 6), Read("sun\r\nmoon\r\n"u8.ToArray(), isLast: false));

    private static (QueryLineKind Kind, string Query, int Left) Read(byte[] bytes, bool isLast)
    {
        var data = new ReadOnlySequence<byte>(bytes);
        var kind = QueryLine.Read(ref data, isLast, out var query);
        return (kind, query, (int)data.Length);
    }
}
