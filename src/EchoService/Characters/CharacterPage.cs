namespace EchoService.Characters;

/// <summary>One page of matches. The items are made while they are written, one at a time.</summary>
internal sealed record CharacterPage(string Query, int Total, int Start, IEnumerable<CharacterItem> Items)
{
    public static CharacterPage Of(CharacterMatches matches, int start, int limit) =>
        new(matches.Query, matches.Total, start, matches.Page(start, limit).Select(CharacterItem.Of));
}

/// <param name="Code">As `U+263A`.</param>
internal sealed record CharacterItem(int CodePoint, string Code, string Character, string Name)
{
    public static CharacterItem Of(NamedCharacter character) => new(character.CodePoint, character.Code, character.Character, character.Name);
}
