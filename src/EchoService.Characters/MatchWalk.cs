namespace EchoService.Characters;

/// <summary>Merges the listed names and the intervals of the ranges, by code point.</summary>
public struct MatchWalk
{
    private readonly NameList _names;
    private readonly Interval[] _intervals;
    private Intersection _entries;
    private bool _hasEntry;
    private int _interval;
    private int _codePoint; // the next one of the interval

    internal MatchWalk(NameList names, Intersection entries, Interval[] intervals)
    {
        (_names, _entries, _intervals) = (names, entries, intervals);
        _hasEntry = _entries.MoveNext();
        _codePoint = intervals.Length > 0 ? intervals[0].First : 0;
    }

    public NamedCharacter Current { get; private set; }

    private readonly bool IntervalIsNext =>
        _interval < _intervals.Length && (!_hasEntry || _codePoint < _names.CodePoint(_entries.Current));

    public bool MoveNext()
    {
        if (IntervalIsNext)
        {
            Current = new(_names, _intervals[_interval].Range!, _codePoint);
            Advance(1);
            return true;
        }

        if (!_hasEntry)
        {
            return false;
        }

        Current = new(_names, _entries.Current);
        _hasEntry = _entries.MoveNext();
        return true;
    }

    internal void Skip(int count)
    {
        while (count > 0 && (IntervalIsNext || _hasEntry))
        {
            if (IntervalIsNext)
            {
                var step = Math.Min(count, _intervals[_interval].Last - _codePoint + 1);
                Advance(step);
                count -= step;
            }
            else
            {
                _hasEntry = _entries.MoveNext();
                count--;
            }
        }
    }

    private void Advance(int step)
    {
        _codePoint += step;
        if (_codePoint > _intervals[_interval].Last && ++_interval < _intervals.Length)
        {
            _codePoint = _intervals[_interval].First;
        }
    }
}
