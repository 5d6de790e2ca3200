using EchoService.Characters;

namespace EchoService.Tests.Characters;

public sealed class CharacterIndexTests(PythonNames python) : IClassFixture<PythonNames>
{
    [Fact]
    public void NamesEveryCharacterAsPythonDoes()
    {
        Assert.True(python.Names.Count > 130_000, $"Python names {python.Names.Count} characters.");
        foreach (var (codePoint, name) in python.Names)
        {
            Assert.Equal(name, CharacterIndex.Shared.Lookup(codePoint)?.Name);
        }
    }

    [Theory]
    [InlineData("sun")]
    [InlineData("chess black")]
    [InlineData("cat face")]
    [InlineData("digit")]
    [InlineData("braille")]
    [InlineData("cjk")]
    [InlineData("hangul")]
    [InlineData("hangul syllable ga")]
    [InlineData("ga")]
    [InlineData("GGWEOLB")]
    [InlineData("cjk 4e00")]
    [InlineData("CAFE")]
    [InlineData("tangut-ideograph")]
    [InlineData("nushu character 1b170")]
    [InlineData("khitan 18cff small script")]
    [InlineData("small letter with")]
    [InlineData("latin small letter a a")]
    [InlineData("the-as well")]
    [InlineData("4e00 4e01")]
    [InlineData("004e00")]
    [InlineData("4e")]
    [InlineData("2a6e0")]
    [InlineData("nosuchword")]
    [InlineData("digit nosuchword")]
    [InlineData("☺")]
    public void FindsTheCharactersThatPythonFinds(string query)
    {
        var found = Found(query).Where(python.Names.ContainsKey);
        Assert.Equal(python.Find(query), found);
    }

    [Fact]
    public void FindsEveryNameByItsWords()
    {
        for (var codePoint = 0; codePoint <= 0x10FFFF; codePoint += 7)
        {
            if (CharacterIndex.Shared.Lookup(codePoint) is { } character)
            {
                Assert.Contains(codePoint, Found(character.Name));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData(" - - ")]
    public void FindsNothingWithoutAWord(string query)
    {
        var matches = CharacterIndex.Shared.Find(query);
        Assert.Equal(0, matches.Total);
        Assert.False(matches.Walk().MoveNext());
    }

    [Theory]
    [InlineData("xyzzy", "No match for 'xyzzy'")]
    [InlineData(" registered ", "1 match for 'registered'")]
    [InlineData("digit", "988 matches for 'digit'")]
    [InlineData("CJK", "103203 matches for 'CJK'")]
    public void SaysHowManyMatch(string query, string expected) => Assert.Equal(expected, CharacterIndex.Shared.Find(query).Status);

    [Theory]
    [InlineData(0x39, "U+0039\t9\tDIGIT NINE")]
    [InlineData(0x1F600, "U+1F600\t\U0001F600\tGRINNING FACE")]
    [InlineData(0xAC01, "U+AC01\t각\tHANGUL SYLLABLE GAG")]
    [InlineData(0x33479, "U+33479\t\U00033479\tCJK UNIFIED IDEOGRAPH-33479")]
    public void WritesALineForEachCharacter(int codePoint, string expected)
    {
        var character = CharacterIndex.Shared.Lookup(codePoint)!.Value;
        var line = new byte[NamedCharacter.MaxLineBytes];
        Assert.Equal(expected, System.Text.Encoding.UTF8.GetString(line, 0, character.WriteLine(line)));
        Assert.Equal(expected, character.ToString());
    }

    [Theory]
    [InlineData(0x0)] // a control
    [InlineData(0xD800)] // a surrogate
    [InlineData(0xE000)] // private use
    [InlineData(0xFFFF)] // no character
    [InlineData(-1)]
    [InlineData(0x110000)]
    public void NamesNothingThatHasNoName(int codePoint) => Assert.Null(CharacterIndex.Shared.Lookup(codePoint));

    [Fact]
    public void CarriesItsLicence()
    {
        using var licence = typeof(CharacterIndex).Assembly.GetManifestResourceStream("LICENSE.txt");
        Assert.StartsWith("UNICODE LICENSE V3", new StreamReader(licence!).ReadToEnd(), StringComparison.Ordinal);
        Assert.Equal("17.0.0", CharacterIndex.Shared.UnicodeVersion);
    }

    private static IEnumerable<int> Found(string query) =>
        CharacterIndex.Shared.Find(query).Page(0, int.MaxValue).Select(character => character.CodePoint);
}
