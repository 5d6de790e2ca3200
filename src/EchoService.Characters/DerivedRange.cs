using System.Globalization;
using System.Text;

namespace EchoService.Characters;

/// <summary>Characters that a rule names (the Unicode Standard, chapter 4.8): a prefix, then the code point or a Hangul romanisation.</summary>
internal sealed class DerivedRange
{
    private readonly byte[] _prefix;
    private readonly string[] _prefixWords;

    public DerivedRange(int first, int last, string prefix)
    {
        (First, Last) = (first, last);
        _prefix = Encoding.ASCII.GetBytes(prefix);
        _prefixWords = QueryWords.Split(prefix);
    }

    public int First { get; }

    public int Last { get; }

    private bool IsHangul => First == HangulSyllable.First;

    public bool Contains(int codePoint) => codePoint >= First && codePoint <= Last;

    public int WriteName(int codePoint, Span<byte> destination)
    {
        _prefix.CopyTo(destination);
        var rest = destination[_prefix.Length..];
        if (IsHangul)
        {
            return _prefix.Length + HangulSyllable.Write(codePoint, rest);
        }

        codePoint.TryFormat(rest, out var written, "X4", CultureInfo.InvariantCulture);
        return _prefix.Length + written;
    }

    /// <summary>The part of the range whose names have every word: all of it, one character, or nothing.</summary>
    public Interval Match(ReadOnlySpan<string> words)
    {
        string? suffix = null;
        foreach (var word in words)
        {
            if (_prefixWords.AsSpan().Contains(word))
            {
                continue;
            }

            if (suffix is not null)
            {
                return Interval.Empty;
            }

            suffix = word;
        }

        if (suffix is null)
        {
            return new(First, Last, this);
        }

        return TryParseSuffix(suffix, out var codePoint) && Contains(codePoint) ? new(codePoint, codePoint, this) : Interval.Empty;
    }

    private bool TryParseSuffix(string suffix, out int codePoint) =>
        IsHangul ? HangulSyllable.TryParse(suffix, out codePoint) : TryParseCode(suffix, out codePoint);

    // A name has the shortest form of at least four digits: `004E00` is in no name.
    private static bool TryParseCode(string suffix, out int codePoint) =>
        int.TryParse(suffix, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out codePoint)
        && codePoint.ToString("X4", CultureInfo.InvariantCulture) == suffix;
}

/// <summary>Neighbours of one range that match; never written out to count or to skip them.</summary>
internal readonly record struct Interval(int First, int Last, DerivedRange? Range)
{
    public static readonly Interval Empty = new(0, -1, null);

    public int Count => Last - First + 1;
}
