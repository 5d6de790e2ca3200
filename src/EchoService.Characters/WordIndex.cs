using System.Text;

namespace EchoService.Characters;

/// <summary>
/// Which names have a word: an open hash table from words to numbers, and one array of entries in which each word has a slice in
/// code point order. An entry fits 16 bits (Unicode 17: 34,594 names beside the ranges; more would fail the load).
/// </summary>
internal sealed class WordIndex
{
    private const int Slots = 1 << 16; // Unicode 17 has some 17,000 words

    private readonly NameList _names;
    private readonly int[] _slots = new int[Slots]; // the word's number + 1
    private readonly List<int> _wordStarts = new(20_000);
    private readonly List<byte> _wordLengths = new(20_000);
    private readonly int[] _firstPosting;
    private readonly ushort[] _postings;

    public WordIndex(NameList names)
    {
        _names = names;
        var occurrences = new List<(int Word, ushort Entry)>(200_000);
        for (var entry = 0; entry < names.Count; entry++)
        {
            AddName(entry, occurrences);
        }

        _firstPosting = new int[_wordStarts.Count + 1];
        _postings = new ushort[occurrences.Count];
        FillPostings(occurrences);
    }

    /// <summary>The entries that have the word, in code point order; empty for a word of no name.</summary>
    public ReadOnlyMemory<ushort> Find(string word)
    {
        Span<byte> bytes = stackalloc byte[byte.MaxValue];
        if (word.Length > bytes.Length || !Ascii.IsValid(word))
        {
            return default;
        }

        var length = Encoding.ASCII.GetBytes(word, bytes);
        var number = _slots[FindSlot(bytes[..length])] - 1;
        return number < 0 ? default : _postings.AsMemory(_firstPosting[number].._firstPosting[number + 1]);
    }

    private void AddName(int entry, List<(int Word, ushort Entry)> occurrences)
    {
        var first = occurrences.Count;
        var start = _names.Start(entry);
        var name = _names.Name(entry);
        while (!name.IsEmpty)
        {
            var length = name.IndexOfAny((byte)' ', (byte)'-');
            length = length < 0 ? name.Length : length;
            if (length > 0)
            {
                AddOnce(occurrences, first, NumberOf(start, length), checked((ushort)entry));
            }

            var consumed = Math.Min(length + 1, name.Length);
            start += consumed;
            name = name[consumed..];
        }
    }

    // A name may have a word twice, as WHITE SQUARE CONTAINING BLACK SMALL SQUARE has.
    private static void AddOnce(List<(int Word, ushort Entry)> occurrences, int first, int word, ushort entry)
    {
        for (var i = first; i < occurrences.Count; i++)
        {
            if (occurrences[i].Word == word)
            {
                return;
            }
        }

        occurrences.Add((word, entry));
    }

    private int NumberOf(int start, int length)
    {
        ref var slot = ref _slots[FindSlot(_names.Text(start, length))];
        if (slot == 0)
        {
            _wordStarts.Add(start);
            _wordLengths.Add(checked((byte)length));
            slot = _wordStarts.Count;
        }

        return slot - 1;
    }

    /// <summary>The slot that has the word, or the free one where it belongs.</summary>
    private int FindSlot(ReadOnlySpan<byte> word)
    {
        var hash = 2166136261; // FNV-1a
        foreach (var letter in word)
        {
            hash = (hash ^ letter) * 16777619;
        }

        var slot = (int)((hash ^ (hash >> 16)) % Slots);
        while (_slots[slot] is > 0 and var number && !word.SequenceEqual(Word(number - 1)))
        {
            slot = (slot + 1) % Slots;
        }

        return slot;
    }

    private ReadOnlySpan<byte> Word(int number) => _names.Text(_wordStarts[number], _wordLengths[number]);

    private void FillPostings(List<(int Word, ushort Entry)> occurrences)
    {
        foreach (var (word, _) in occurrences)
        {
            _firstPosting[word + 1]++;
        }

        for (var word = 0; word < _wordStarts.Count; word++)
        {
            _firstPosting[word + 1] += _firstPosting[word];
        }

        var next = _firstPosting.AsSpan(.._wordStarts.Count).ToArray();
        foreach (var (word, entry) in occurrences)
        {
            _postings[next[word]++] = entry;
        }
    }
}
