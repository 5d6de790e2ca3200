using System.Globalization;
using System.Text;

namespace EchoService.Downloads.Watching;

/// <summary>Server-sent events as text (WHATWG HTML, 9.2). An id is <c>&lt;feed&gt;-&lt;number&gt;</c>; that of an end has <c>-end</c> after it.</summary>
internal static class EventText
{
    private const string EndMark = "-end";

    /// <summary>A comment: keeps proxies from closing an idle stream.</summary>
    public static byte[] Heartbeat { get; } = ": still here\n\n"u8.ToArray();

    /// <param name="json">One line.</param>
    public static byte[] Of(string name, string feed, long number, ReadOnlySpan<byte> json)
    {
        var mark = name == "end" ? EndMark : "";
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"event: {name}\nid: {feed}-{number}{mark}\ndata: "));
        return [.. head, .. json, (byte)'\n', (byte)'\n'];
    }

    public static bool IsEnd(string? lastEventId) => lastEventId?.EndsWith(EndMark, StringComparison.Ordinal) == true;

    /// <summary>The number in an id that this feed has given; null: it is another's.</summary>
    public static long? NumberOf(string? lastEventId, string feed) =>
        lastEventId is not null
        && lastEventId.StartsWith(feed + "-", StringComparison.Ordinal)
        && long.TryParse(lastEventId.AsSpan(feed.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
