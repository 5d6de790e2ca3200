using EchoService.Downloads.Naming;

namespace EchoService.Tests.Downloads.Naming;

public sealed class NameTemplateTests
{
    private static readonly NameParts Item = new("ad.gif", new Uri("http://Flags.example:8003/flags/ad/ad.gif"), 7)
    {
        Values = new Dictionary<string, string> { ["cc"] = "ad" },
        Metadata = property => property switch { "country" => "Trinidad and Tobago", "path" => "../x", _ => null },
    };

    [Theory]
    [InlineData("{metadata.country}-{cc}.gif", "Trinidad_and_Tobago-ad.gif")]
    [InlineData("{name}.{ext}", "ad.gif")]
    [InlineData("{n}-{name}", "7-ad.gif")]
    [InlineData("{host}", "flags.example.gif")]
    [InlineData("{cc}.{ext}.bak", "ad.gif.bak")]
    [InlineData("all.png", "all.png")]
    [InlineData("{name}-v1.2", "ad-v1.2.gif")]
    [InlineData("{metadata.path}.gif", "_._x.gif")]
    [InlineData("a/{n}.gif", "a_7.gif")]
    public void PutsTheItemsPartsIn(string text, string expected)
    {
        Assert.True(NameTemplate.TryParse(text, ["cc"], out var template, out var reason), reason);
        Assert.True(template.TryRender(Item, out var name, out _));
        Assert.Equal(expected, name);
    }

    [Theory]
    [InlineData("{nmae}.gif", "The placeholder {nmae} is unknown.")]
    [InlineData("{dd}", "The placeholder {dd} is unknown.")]
    [InlineData("{}", "The placeholder {} is unknown.")]
    [InlineData("{metadata.}", "The placeholder {metadata.} is unknown.")]
    [InlineData("{name", "The template has a brace without its partner.")]
    [InlineData("name}", "The template has a brace without its partner.")]
    [InlineData("{{name}}", "The template has a brace without its partner.")]
    [InlineData("", "The template must have 1 to 1024 characters.")]
    public void RefusesWhatItCannotFill(string text, string expected)
    {
        Assert.False(NameTemplate.TryParse(text, ["cc"], out _, out var reason));
        Assert.Equal(expected, reason);
    }

    [Fact]
    public void SaysWhichPropertyIsMissing()
    {
        Assert.True(NameTemplate.TryParse("{metadata.capital}", [], out var template, out _));
        Assert.True(template.NeedsMetadata);
        Assert.False(template.TryRender(Item, out _, out var missing));
        Assert.Equal("metadata.capital", missing);
    }
}
