using System.Globalization;
using System.Text;

namespace EchoService.Characters;

/// <summary>A character and its name; the name is made when it is asked for.</summary>
public readonly struct NamedCharacter
{
    /// <summary>No line is longer: the longest name of Unicode 17 has 88 letters.</summary>
    public const int MaxLineBytes = 160;

    private readonly NameList _names;
    private readonly int _entry;
    private readonly DerivedRange? _range;

    internal NamedCharacter(NameList names, int entry) => (_names, _entry, CodePoint) = (names, entry, names.CodePoint(entry));

    internal NamedCharacter(NameList names, DerivedRange range, int codePoint) => (_names, _range, CodePoint) = (names, range, codePoint);

    public int CodePoint { get; }

    /// <summary>As `U+263A`.</summary>
    public string Code => $"U+{CodePoint.ToString("X4", CultureInfo.InvariantCulture)}";

    public string Character => char.ConvertFromUtf32(CodePoint);

    public string Name
    {
        get
        {
            Span<byte> name = stackalloc byte[MaxLineBytes];
            return Encoding.ASCII.GetString(name[..WriteName(name)]);
        }
    }

    /// <summary>Writes `U+0039\t9\tDIGIT NINE` in UTF-8, without a line end.</summary>
    /// <param name="destination">At least <see cref="MaxLineBytes"/> long.</param>
    /// <returns>How many bytes were written.</returns>
    public int WriteLine(Span<byte> destination)
    {
        "U+"u8.CopyTo(destination);
        CodePoint.TryFormat(destination[2..], out var digits, "X4", CultureInfo.InvariantCulture);
        var written = 2 + digits;
        destination[written++] = (byte)'\t';
        written += new Rune(CodePoint).EncodeToUtf8(destination[written..]);
        destination[written++] = (byte)'\t';
        return written + WriteName(destination[written..]);
    }

    /// <summary>The line as text: `U+0039\t9\tDIGIT NINE`.</summary>
    public override string ToString() => $"{Code}\t{Character}\t{Name}";

    private int WriteName(Span<byte> destination)
    {
        if (_range is not null)
        {
            return _range.WriteName(CodePoint, destination);
        }

        var name = _names.Name(_entry);
        name.CopyTo(destination);
        return name.Length;
    }
}
