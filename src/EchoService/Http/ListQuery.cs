using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace EchoService.Http;

/// <summary>The query parameters that every list takes.</summary>
/// <param name="Limit">Rows a page; more than 1,000 is clamped.</param>
/// <param name="Cursor">A former page's <c>nextCursor</c>.</param>
internal readonly record struct ListQuery(int? Limit, string? Cursor)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    public int Rows => Math.Min(Limit ?? DefaultLimit, MaxLimit);

    /// <param name="position">Null at the end of a list.</param>
    public static string? ToCursor(long? position) =>
        position is { } value ? Base64Url.EncodeToString(Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture))) : null;

    /// <summary>The position after which the page begins, null for the first page. False: <paramref name="field"/> is not valid.</summary>
    public bool TryRead(out long? after, out string field)
    {
        after = null;
        field = Limit < 1 ? "limit" : "cursor";
        return !(Limit < 1) && (string.IsNullOrEmpty(Cursor) || TryDecode(Cursor, out after));
    }

    private static bool TryDecode(string cursor, out long? position)
    {
        position = cursor.Length <= 32 && Base64Url.IsValid(cursor)
            && long.TryParse(Base64Url.DecodeFromChars(cursor), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        return position is not null;
    }
}

/// <param name="NextCursor">Asks for the next page; null at the end.</param>
internal sealed record ListPage<T>(IReadOnlyList<T> Items, string? NextCursor)
{
    /// <summary>A page of <paramref name="source"/>, which is in ascending order of <paramref name="position"/>.</summary>
    public static ListPage<T> Of<TSource>(IEnumerable<TSource> source, Func<TSource, long> position, Func<TSource, T> show, long? after, int rows)
    {
        var found = source.SkipWhile(item => after is not null && position(item) <= after).Take(rows + 1).ToList();
        var next = found.Count > rows ? ListQuery.ToCursor(position(found[rows - 1])) : null;
        return new([.. found.Take(rows).Select(show)], next);
    }
}
