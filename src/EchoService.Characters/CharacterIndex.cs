namespace EchoService.Characters;

/// <summary>Every named character of one Unicode version, found by the words of its name. Safe for any number of threads.</summary>
public sealed class CharacterIndex
{
    private static readonly Lazy<CharacterIndex> _shared = new(() => new());

    private readonly NameList _names;
    private readonly WordIndex _words;

    internal CharacterIndex()
    {
        _names = NameList.Load();
        _words = new(_names);
    }

    /// <summary>The index of the process, built when it is first asked for (some 60 ms, 3 MB).</summary>
    public static CharacterIndex Shared => _shared.Value;

    /// <summary>The version of the Unicode Standard that the names are of, as `17.0.0`.</summary>
    public string UnicodeVersion => _names.Version;

    /// <summary>Finds the characters whose names have every word of the query; none for a query without a word.</summary>
    /// <param name="query">Words in any case, with spaces or hyphens between them.</param>
    public CharacterMatches Find(string query)
    {
        var words = QueryWords.Split(query);
        return words.Length == 0
            ? new(query.Trim(), _names, [], [])
            : new(query.Trim(), _names, FindLists(words), FindIntervals(words));
    }

    /// <summary>The character of a code point, or nothing where it has no name (controls, surrogates, private use, unassigned).</summary>
    public NamedCharacter? Lookup(int codePoint)
    {
        var entry = _names.Find(codePoint);
        if (entry >= 0)
        {
            return new(_names, entry);
        }

        var range = _names.Ranges.Find(candidate => candidate.Contains(codePoint));
        return range is null ? null : new(_names, range, codePoint);
    }

    private ReadOnlyMemory<ushort>[] FindLists(string[] words)
    {
        var lists = new ReadOnlyMemory<ushort>[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            lists[i] = _words.Find(words[i]);
            if (lists[i].IsEmpty)
            {
                return [];
            }
        }

        Array.Sort(lists, static (a, b) => a.Length.CompareTo(b.Length));
        return lists;
    }

    private Interval[] FindIntervals(string[] words) =>
        [.. _names.Ranges.Select(range => range.Match(words)).Where(interval => interval.Count > 0)];
}
