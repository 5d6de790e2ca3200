using System.Globalization;

namespace EchoService.Downloads.Fetching;

/// <summary>The <c>Retry-After</c> header (RFC 9110, 10.2.3): seconds, or a date.</summary>
internal static class RetryAfter
{
    /// <summary>However long an origin asks for, nobody waits longer than this.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public static TimeSpan? Parse(string? value, DateTimeOffset now)
    {
        value = value?.Trim();
        if (string.IsNullOrEmpty(value))
        {
            return null;
        }

        if (value.All(char.IsAsciiDigit))
        {
            // More digits than a number holds is still a request to wait long.
            return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < Longest.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : Longest;
        }

        return HttpDate(value) is { } date ? TimeSpan.FromTicks(Math.Clamp((date - now).Ticks, 0, Longest.Ticks)) : null;
    }

    private static DateTimeOffset? HttpDate(string value) => DateTimeOffset.TryParseExact(
        value,
        ["r", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy"],
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite,
        out var date) ? date : null;
}
