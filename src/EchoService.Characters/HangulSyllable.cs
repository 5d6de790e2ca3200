using System.Buffers;
using System.Text;

namespace EchoService.Characters;

/// <summary>Names of the Hangul syllables: rule NR1 of the Unicode Standard, chapter 4.8, with the short names of Jamo.txt.</summary>
internal static class HangulSyllable
{
    public const int First = 0xAC00;

    private static readonly string[] _leading =
        ["G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"];

    private static readonly string[] _vowels =
        ["A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI", "YU", "EU", "YI", "I"];

    private static readonly string[] _trailing =
        ["", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS", "S", "SS", "NG", "J", "C", "K", "T", "P", "H"];

    private static readonly SearchValues<char> _vowelLetters = SearchValues.Create("AEIOUWY");

    public static int Write(int codePoint, Span<byte> destination)
    {
        var index = codePoint - First;
        var written = Encoding.ASCII.GetBytes(_leading[index / (_vowels.Length * _trailing.Length)], destination);
        written += Encoding.ASCII.GetBytes(_vowels[index / _trailing.Length % _vowels.Length], destination[written..]);
        written += Encoding.ASCII.GetBytes(_trailing[index % _trailing.Length], destination[written..]);
        return written;
    }

    /// <summary>Finds the syllable of a romanisation. It is cut in one way only: consonants, vowels, consonants.</summary>
    public static bool TryParse(string romanisation, out int codePoint)
    {
        var text = romanisation.AsSpan();
        var vowel = text.IndexOfAny(_vowelLetters);
        var vowelLength = vowel < 0 ? -1 : text[vowel..].IndexOfAnyExcept(_vowelLetters);
        var end = vowelLength < 0 ? text.Length : vowel + vowelLength;
        codePoint = -1;
        if (vowel < 0
            || Find(_leading, text[..vowel]) is not (>= 0 and var first)
            || Find(_vowels, text[vowel..end]) is not (>= 0 and var second)
            || Find(_trailing, text[end..]) is not (>= 0 and var third))
        {
            return false;
        }

        codePoint = First + (first * _vowels.Length + second) * _trailing.Length + third;
        return true;
    }

    private static int Find(string[] jamo, ReadOnlySpan<char> text)
    {
        for (var i = 0; i < jamo.Length; i++)
        {
            if (text.SequenceEqual(jamo[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
