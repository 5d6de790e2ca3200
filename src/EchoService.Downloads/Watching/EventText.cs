using System.Globalization;
using System.Text;

namespace EchoService.Downloads.Watching;

/// <summary>Server-sent events as text (WHATWG HTML, 9.2). An id is <c>&lt;feed&gt;-&lt;number&gt;</c>; that of an end has the job's end after it.</summary>
internal static class EventText
{
    /// <summary>A comment: keeps proxies from closing an idle stream.</summary>
    public static byte[] Heartbeat { get; } = ": still here\n\n"u8.ToArray();

    /// <param name="json">One line.</param>
    /// <param name="mark">Stands after the id; see <see cref="EndMark"/>.</param>
    public static byte[] Of(string name, string feed, long number, ReadOnlySpan<byte> json, string mark = "")
    {
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"event: {name}\nid: {feed}-{number}{mark}\ndata: "));
        return [.. head, .. json, (byte)'\n', (byte)'\n'];
    }

    /// <summary>Tells this end of the job from others: it may have run again since.</summary>
    public static string EndMark(DateTimeOffset? finishedAt) => string.Create(CultureInfo.InvariantCulture, $"-end{finishedAt?.UtcTicks}");

    /// <summary>The number in an id that this feed has given; null: it is another's.</summary>
    public static long? NumberOf(string? lastEventId, string feed) =>
        lastEventId is not null
        && lastEventId.StartsWith(feed + "-", StringComparison.Ordinal)
        && long.TryParse(lastEventId.AsSpan(feed.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
