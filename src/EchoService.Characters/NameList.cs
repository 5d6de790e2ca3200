using System.Buffers.Text;
using System.IO.Compression;
using System.Text;

namespace EchoService.Characters;

/// <summary>
/// The embedded list of names: as bytes, with the place of each name, so that 34,000 names are one array and no strings.
/// </summary>
internal sealed class NameList
{
    private readonly byte[] _text;
    private readonly List<int> _codePoints = new(40_000);
    private readonly List<int> _starts = new(40_000);

    private NameList(byte[] text)
    {
        _text = text;
        var position = 0;
        while (position < text.Length)
        {
            var end = text.AsSpan(position).IndexOf((byte)'\n') + position;
            ReadLine(position, end);
            position = end + 1;
        }
    }

    /// <summary>The version of the Unicode Standard, as `17.0.0`.</summary>
    public string Version { get; private set; } = "";

    public int Count => _codePoints.Count;

    public List<DerivedRange> Ranges { get; } = [];

    public static NameList Load()
    {
        using var resource = typeof(NameList).Assembly.GetManifestResourceStream("names.txt.br")!;
        using var text = new MemoryStream(1_200_000);
        using (var brotli = new BrotliStream(resource, CompressionMode.Decompress))
        {
            brotli.CopyTo(text);
        }

        return new(text.ToArray());
    }

    public int CodePoint(int entry) => _codePoints[entry];

    public ReadOnlySpan<byte> Name(int entry)
    {
        var name = _text.AsSpan(_starts[entry]);
        return name[..name.IndexOf((byte)'\n')];
    }

    /// <summary>The entry of a code point, or a negative number.</summary>
    public int Find(int codePoint) => _codePoints.BinarySearch(codePoint);

    /// <summary>Where in the text the entry's name begins. Words are kept as such places.</summary>
    public int Start(int entry) => _starts[entry];

    public ReadOnlySpan<byte> Text(int start, int length) => _text.AsSpan(start, length);

    // `0020;SPACE`, `3400..4DBF;CJK UNIFIED IDEOGRAPH-*` or, first, `# Unicode 17.0.0`
    private void ReadLine(int start, int end)
    {
        var line = _text.AsSpan(start, end - start);
        if (line[0] == '#')
        {
            Version = Encoding.ASCII.GetString(line["# Unicode ".Length..]);
            return;
        }

        var first = ReadCodePoint(line, out var digits);
        if (line[digits] == ';')
        {
            _codePoints.Add(first);
            _starts.Add(start + digits + 1);
            return;
        }

        var last = ReadCodePoint(line[(digits + 2)..], out _);
        var prefix = line[(line.IndexOf((byte)';') + 1)..^1];
        Ranges.Add(new(first, last, Encoding.ASCII.GetString(prefix)));
    }

    private static int ReadCodePoint(ReadOnlySpan<byte> text, out int digits) =>
        Utf8Parser.TryParse(text, out int codePoint, out digits, 'X')
            ? codePoint
            : throw new InvalidDataException("A line of the embedded list of names has no code point.");
}
