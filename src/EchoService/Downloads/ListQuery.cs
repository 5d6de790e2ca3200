using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace EchoService.Downloads;

/// <summary>The query parameters that every list takes.</summary>
/// <param name="Limit">Rows a page; more than 1,000 is clamped.</param>
/// <param name="Cursor">A former page's <c>nextCursor</c>.</param>
internal readonly record struct ListQuery(int? Limit, string? Cursor)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    public int Rows => Math.Min(Limit ?? DefaultLimit, MaxLimit);

    public static string? ToCursor(long? position) => position is { } value
        ? Base64Url.EncodeToString(Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)))
        : null;

    /// <summary>False: a parameter is not valid; <paramref name="field"/> says which.</summary>
    public bool TryRead(out long? position, out string field)
    {
        position = null;
        field = Limit < 1 ? "limit" : "cursor";
        return !(Limit < 1) && (string.IsNullOrEmpty(Cursor) || TryRead(Cursor, out position));
    }

    private static bool TryRead(string cursor, out long? position)
    {
        position = null;
        if (cursor.Length > 32 || !Base64Url.IsValid(cursor)
            || !long.TryParse(Base64Url.DecodeFromChars(cursor), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        position = value;
        return true;
    }
}
