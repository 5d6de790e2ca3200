namespace EchoService.Downloads.Jobs;

/// <summary>A page of a list.</summary>
/// <param name="Next">Where the next page begins; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, long? Next)
{
    /// <summary>A page of rows that were read one beyond the limit, to see whether there are more.</summary>
    internal static Page<T> Cut(List<T> rows, int limit, Func<T, long> position)
    {
        if (rows.Count <= limit)
        {
            return new Page<T>(rows, null);
        }

        rows.RemoveRange(limit, rows.Count - limit);
        return new Page<T>(rows, position(rows[^1]));
    }
}
