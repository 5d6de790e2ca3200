using System.Text;
using EchoService.Downloads.Naming;
using FsCheck;
using FsCheck.Fluent;

namespace EchoService.Tests.Downloads.Naming;

public sealed class FileNameTests
{
    // What breaks file systems, terminals and readers, and enough plain text between.
    private static readonly string[] Pieces =
    [
        "a", "Zz", "file", "é", "e\u0301", "ß", "😀", "👨‍👩‍👧", "한", "\u1112\u1161\u11AB", ".", "..", ".tar.gz", ".gif", " ", "\t", "\n", "\0", "\u007F", "/", "\\", ":", "*",
        "?", "\"", "<", ">", "|", "CON", "nul", "LPT1", "COM¹", "\u202E", "\u200F", "\uFEFF", "\u2028", "\uD800", "\uDC00", "\uFFFF", "\u00A0", "\u3000", "~", "-", "%2e",
        new('x', 200), new('ä', 100), string.Concat(Enumerable.Repeat("\u0301", 200)), "<\u0338",
    ];

    private static readonly string[] ReservedBases = ["con", "nul", "lpt1", "com¹"];

    private static readonly Arbitrary<string> Names = Gen.Elements(Pieces).ListOf().Select(parts => string.Concat(parts)).ToArbitrary();

    [Theory]
    [InlineData("photo.gif", "photo.gif")]
    [InlineData("Überblick 2024.pdf", "Überblick 2024.pdf")]
    [InlineData("../../etc/passwd", "_._.._etc_passwd")]
    [InlineData("..\\..\\boot.ini", "_._.._boot.ini")]
    [InlineData("C:\\x.txt", "C__x.txt")]
    [InlineData("a:b*c?d\"e<f>g|h", "a_b_c_d_e_f_g_h")]
    [InlineData(".htaccess", "_htaccess")]
    [InlineData("name. . .", "name")]
    [InlineData("  name  ", "name")]
    [InlineData("line\r\nbreak\0.txt", "linebreak.txt")]
    [InlineData("gpj.\u202Eexe", "gpj.exe")]
    [InlineData("CON", "_CON")]
    [InlineData("con.txt", "_con.txt")]
    [InlineData("Aux .log", "_Aux .log")]
    [InlineData("com¹.a.b", "_com¹.a.b")]
    [InlineData("COM10", "COM10")]
    [InlineData("console.txt", "console.txt")]
    [InlineData("e\u0301.txt", "é.txt")]
    [InlineData("", "download")]
    [InlineData("...", "download")]
    [InlineData(" /.. ", "download")]
    [InlineData("\u202E\u200B", "download")]
    public void MakesNamesThatEveryFileSystemTakes(string name, string expected) => Assert.Equal(expected, FileName.Sanitise(name));

    [Fact]
    public void ALoneSurrogateIsReplaced() => Assert.Equal("a\uFFFDb", FileName.Sanitise("a\uD800b"));

    [Theory]
    [InlineData("x", 300, ".gif", 251)]
    [InlineData("ä", 300, ".gif", 250)]
    [InlineData("😀", 100, ".tar.gz", 248)]
    [InlineData("👨‍👩‍👧", 100, "", 252)]
    public void CutsLongNamesBetweenCharactersAndKeepsTheExtension(string character, int count, string extension, int stemBytes)
    {
        var name = FileName.Sanitise(string.Concat(Enumerable.Repeat(character, count)) + extension);
        Assert.EndsWith(extension, name, StringComparison.Ordinal);
        var stem = name[..^extension.Length];
        Assert.Equal(stemBytes, Encoding.UTF8.GetByteCount(stem));
        Assert.Equal("", stem.Replace(character, "", StringComparison.Ordinal));
    }

    [Fact]
    public void EveryNameIsSafe() => Holds(name => IsSafe(FileName.Sanitise(name)));

    [Fact]
    public void SanitisingTwiceChangesNothing() => Holds(name => FileName.Sanitise(FileName.Sanitise(name)) == FileName.Sanitise(name));

    [Fact]
    public void ASuffixedNameIsSafeAndAnother() => Holds(name =>
    {
        var clean = FileName.Sanitise(name);
        var one = FileName.WithSuffix(clean, 1);
        var large = FileName.WithSuffix(clean, 1_000_000);
        return IsSafe(one) && IsSafe(large) && new[] { clean, one, large }.Select(FileName.Key).Distinct().Count() == 3;
    });

    [Fact]
    public void KeysDoNotKnowCaseOrForm() => Holds(name =>
    {
        var clean = FileName.Sanitise(name);
        return FileName.Key(clean) == FileName.Key(clean.ToUpperInvariant()) && FileName.Key(clean) == FileName.Key(clean.Normalize(NormalizationForm.FormD));
    });

    [Theory]
    [InlineData("a.gif", 1, "a (1).gif")]
    [InlineData("a.tar.gz", 2, "a (2).tar.gz")]
    [InlineData("a", 10, "a (10)")]
    [InlineData("Dr. No", 1, "Dr (1). No")]
    public void ASuffixGoesBeforeTheExtension(string name, int number, string expected) => Assert.Equal(expected, FileName.WithSuffix(name, number));

    [Theory]
    [InlineData("ΣΊΣΥΦΟΣ", "σίσυφος")]
    [InlineData("Straße", "STRAßE")]
    [InlineData("\u212B", "å")]
    public void TheSameNameInOtherCaseHasTheSameKey(string one, string other) => Assert.Equal(FileName.Key(one), FileName.Key(other));

    private static void Holds(Func<string, bool> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Names, property));

    private static bool IsSafe(string name) =>
        Encoding.UTF8.GetByteCount(name) is > 0 and <= 255
        && name.IndexOfAny(['/', '\\', ':', '*', '?', '"', '<', '>', '|', '\0']) < 0
        && !name.Any(char.IsControl)
        && name[^1] is not ('.' or ' ') && name[0] is not ('.' or ' ')
        && name.IsNormalized()
        && new UTF8Encoding(false, true).GetString(Encoding.UTF8.GetBytes(name)) == name
        && Path.GetFileName(name) == name
        && !ReservedBases.Contains(name.Split('.')[0].TrimEnd(), StringComparer.OrdinalIgnoreCase);
}
