using System.Buffers;
using System.Globalization;
using System.Text;

namespace EchoService.Downloads.Naming;

/// <summary>Names that every file system takes (ext4, XFS, APFS, NTFS, FAT, SMB), each one path component.</summary>
internal static class FileName
{
    /// <summary>NAME_MAX of Linux, in bytes of UTF-8; so it fits the 255 UTF-16 units of NTFS too.</summary>
    public const int MaxBytes = 255;

    private const string Fallback = "download";

    /// <summary>An extension longer than this (with its dot) is no extension: it is cut like the rest.</summary>
    private const int MaxExtensionBytes = 32;

    private static readonly SearchValues<char> Plain = SearchValues.Create("-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
        "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "COM¹", "COM²", "COM³",
        "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", "LPT¹", "LPT²", "LPT³",
    };

    /// <summary>A name that is safe everywhere; <c>download</c> when nothing is left of this one. Sanitising twice changes nothing more.</summary>
    public static string Sanitise(string name) => Clean(name) ?? Fallback;

    /// <summary>As <see cref="Sanitise"/>, but null when nothing is left.</summary>
    public static string? Clean(string name)
    {
        var clean = IsPlain(name) ? name : Filtered(name);
        if (clean.All(character => character is '.' or '_' || char.IsWhiteSpace(character)))
        {
            return null;
        }

        return Reserved.Contains(clean.Split('.')[0].TrimEnd()) ? Fit($"_{clean}", "") : clean;
    }

    /// <summary>Most names are: nothing of them is ever changed.</summary>
    private static bool IsPlain(string name) =>
        name.Length is > 0 and <= MaxBytes && name[0] != '.' && name[^1] != '.' && !name.AsSpan().ContainsAnyExcept(Plain);

    private static string Filtered(string name)
    {
        var clean = TrimEnds(Filter(WellFormed(name).Normalize(NormalizationForm.FormC)).Normalize(NormalizationForm.FormC));
        // A leading dot hides a file from its owner.
        return Fit(clean.StartsWith('.') ? $"_{clean[1..]}" : clean, "");
    }

    /// <summary>The key under which two names are the same file on a file system that ignores case.</summary>
    public static string Key(string name) => name.ToUpperInvariant().ToLowerInvariant().Normalize(NormalizationForm.FormC);

    /// <summary><c>name (1).ext</c> for a name that is taken; within the same limit.</summary>
    public static string WithSuffix(string name, int number) => Fit(name, string.Create(CultureInfo.InvariantCulture, $" ({number})"));

    /// <summary>The stem, and the extension with its dot (<c>.tar.gz</c> is one) or nothing.</summary>
    public static (string Stem, string Extension) Split(string name)
    {
        var dot = name.LastIndexOf('.');
        if (dot > 4 && name[..dot].EndsWith(".tar", StringComparison.OrdinalIgnoreCase))
        {
            dot -= 4;
        }

        return dot <= 0 || dot == name.Length - 1 || Encoding.UTF8.GetByteCount(name.AsSpan(dot)) > MaxExtensionBytes ? (name, "") : (name[..dot], name[dot..]);
    }

    private static string WellFormed(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            text.Append(rune);
        }

        return text.ToString();
    }

    private static string Filter(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes().Where(rune => !IsInvisible(rune)))
        {
            text.Append(rune.Value is '<' or '>' or ':' or '"' or '/' or '\\' or '|' or '?' or '*' ? new Rune('_') : rune);
        }

        return text.ToString();
    }

    // Control characters, line separators, what is no character, and the format characters that turn the reading direction or show nothing.
    // The joiners (200C, 200D) stay: scripts and emoji need them.
    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value is 0x061C or 0x180E or 0x200B or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x206F) or 0xFEFF
        || (rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF or >= 0xE0000 and <= 0xE0FFF;

    private static string TrimEnds(string name)
    {
        var end = name.Length;
        while (end > 0 && (name[end - 1] == '.' || char.IsWhiteSpace(name[end - 1])))
        {
            end--;
        }

        return name[..end].TrimStart();
    }

    /// <summary>Shortens the stem, by whole characters as a reader sees them, until stem, suffix and extension fit.</summary>
    private static string Fit(string name, string suffix)
    {
        var (stem, extension) = Split(name);
        var room = MaxBytes - Encoding.UTF8.GetByteCount(suffix) - Encoding.UTF8.GetByteCount(extension);
        return Encoding.UTF8.GetByteCount(stem) <= room ? stem + suffix + extension : TrimEnds(Cut(stem, room)) + suffix + extension;
    }

    private static string Cut(string text, int bytes)
    {
        var end = 0;
        for (var left = bytes; end < text.Length;)
        {
            var element = text.AsSpan(end, StringInfo.GetNextTextElementLength(text, end));
            var size = Encoding.UTF8.GetByteCount(element);
            if (size > left)
            {
                // A letter with marks without end would leave nothing: then code points have to do.
                return end > 0 ? text[..end] : CutRunes(text, bytes);
            }

            left -= size;
            end += element.Length;
        }

        return text;
    }

    private static string CutRunes(string text, int bytes)
    {
        var end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes -= rune.Utf8SequenceLength;
            if (bytes < 0)
            {
                break;
            }

            end += rune.Utf16SequenceLength;
        }

        return text[..end];
    }
}
