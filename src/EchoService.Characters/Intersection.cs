namespace EchoService.Characters;

/// <summary>Walks the entries that every one of some ordered lists has, in order, and holds nothing but its places.</summary>
internal struct Intersection
{
    private readonly ReadOnlyMemory<ushort>[] _lists;
    private readonly int[] _places;

    /// <param name="lists">The shortest first.</param>
    public Intersection(ReadOnlyMemory<ushort>[] lists)
    {
        _lists = lists;
        _places = new int[lists.Length];
    }

    public ushort Current { get; private set; }

    public bool MoveNext()
    {
        if (_lists.Length == 0)
        {
            return false;
        }

        var shortest = _lists[0].Span;
        while (_places[0] < shortest.Length)
        {
            Current = shortest[_places[0]++];
            if (OthersHaveCurrent())
            {
                return true;
            }
        }

        return false;
    }

    private readonly bool OthersHaveCurrent()
    {
        for (var i = 1; i < _lists.Length; i++)
        {
            var list = _lists[i].Span;
            var place = _places[i];
            while (place < list.Length && list[place] < Current)
            {
                place++;
            }

            _places[i] = place;
            if (place == list.Length || list[place] != Current)
            {
                return false;
            }
        }

        return true;
    }
}
