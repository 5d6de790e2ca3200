namespace EchoService.Cli;

/// <summary>The items that failed: how many of which cause, and the first few to be told.</summary>
internal sealed class Failures
{
    /// <summary>Failures that are told without <c>-v</c>.</summary>
    private const int Few = 5;

    private readonly Dictionary<string, int> _causes = new(StringComparer.Ordinal);
    private readonly List<EndedItem> _first = [];

    public int Count { get; private set; }

    /// <summary>The most frequent first.</summary>
    public IEnumerable<KeyValuePair<string, int>> Causes => _causes.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal);

    public void Add(EndedItem item)
    {
        Count++;
        var code = item.ErrorCode ?? "";
        _causes[code] = _causes.GetValueOrDefault(code) + 1;
        if (_first.Count < Few)
        {
            _first.Add(item);
        }
    }

    /// <summary>The first of them on standard error.</summary>
    public void Tell()
    {
        foreach (var item in _first)
        {
            CommandLine.Say(item.Failure);
        }

        if (Count > _first.Count)
        {
            CommandLine.Say($"… and {Count - _first.Count} more; -v tells each as it happens.");
        }
    }

    /// <summary>As <c>73 done, 27 failed (httpStatus 20, notFound 7), 4 already there</c>.</summary>
    public string Summary(int done, params ReadOnlySpan<(int Count, string Name)> others)
    {
        var parts = new List<string> { $"{done} done" };
        if (Count > 0)
        {
            parts.Add($"{Count} failed ({string.Join(", ", Causes.Select(pair => $"{pair.Key} {pair.Value}"))})");
        }

        foreach (var (count, name) in others)
        {
            if (count > 0)
            {
                parts.Add($"{count} {name}");
            }
        }

        return string.Join(", ", parts);
    }
}
