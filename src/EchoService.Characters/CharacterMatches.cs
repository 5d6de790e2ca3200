namespace EchoService.Characters;

/// <summary>
/// The characters that a query names, counted and not written out: a page is walked to when it is asked for, and a range is skipped
/// in one step. Immutable, so any number of readers may walk it.
/// </summary>
public sealed class CharacterMatches
{
    private readonly NameList _names;
    private readonly ReadOnlyMemory<ushort>[] _lists;
    private readonly Interval[] _intervals;

    internal CharacterMatches(string query, NameList names, ReadOnlyMemory<ushort>[] lists, Interval[] intervals)
    {
        (Query, _names, _lists, _intervals) = (query, names, lists, intervals);
        Total = CountEntries() + intervals.Sum(interval => interval.Count);
    }

    public string Query { get; }

    public int Total { get; }

    /// <summary>`No match for 'x'`, `1 match for 'x'` or `878 matches for 'digit'`.</summary>
    public string Status => Total switch
    {
        0 => $"No match for '{ShownQuery}'",
        1 => $"1 match for '{ShownQuery}'",
        _ => $"{Total} matches for '{ShownQuery}'",
    };

    /// <summary>The status goes to terminals: a query brings no control characters there.</summary>
    private string ShownQuery => string.Concat(Query.Select(letter => char.IsControl(letter) ? '\uFFFD' : letter));

    /// <summary>At most <paramref name="limit"/> characters from the <paramref name="start"/>th match on, in code point order.</summary>
    public IEnumerable<NamedCharacter> Page(int start, int limit)
    {
        var walk = Walk(start);
        for (var i = 0; i < limit && walk.MoveNext(); i++)
        {
            yield return walk.Current;
        }
    }

    /// <summary>Walks all matches from the <paramref name="start"/>th on, and allocates nothing on the way.</summary>
    public MatchWalk Walk(int start = 0)
    {
        var walk = new MatchWalk(_names, new Intersection(_lists), _intervals);
        walk.Skip(start);
        return walk;
    }

    private int CountEntries()
    {
        if (_lists.Length == 1)
        {
            return _lists[0].Length;
        }

        var entries = new Intersection(_lists);
        var count = 0;
        while (entries.MoveNext())
        {
            count++;
        }

        return count;
    }
}
