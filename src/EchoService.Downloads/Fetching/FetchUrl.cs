using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace EchoService.Downloads.Fetching;

/// <summary>Which URLs are fetched: absolute, http or https, without user information, at most 8 KiB.</summary>
internal static class FetchUrl
{
    /// <summary>Bytes of UTF-8. RFC 9110, 4.1 asks to support 8,000 octets; servers refuse more than 8 KiB as a rule.</summary>
    public const int MaxBytes = 8192;

    /// <param name="url">The URL as it is fetched: host in its ASCII form, no fragment.</param>
    /// <param name="reason">Why it is refused.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? reason)
    {
        text = text?.Trim(' ', '\t', '\r', '\n') ?? "";
        reason = ReasonAgainst(text, out var parsed);
        url = reason is null ? Normalise(parsed!) : null;
        return reason is null;
    }

    /// <summary>A redirect's target, under the same rule.</summary>
    public static bool TryResolve(Uri from, string location, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? reason)
    {
        // A location without scheme that is no valid reference at all ends in the same reason.
        var target = Uri.TryCreate(from, location, out var absolute) ? absolute.OriginalString : location;
        return TryParse(target, out url, out reason);
    }

    /// <summary>What lanes are made by: <c>name:port</c>, lower case and ASCII; an IPv6 address in brackets.</summary>
    public static string HostKey(Uri url) => string.Create(CultureInfo.InvariantCulture, $"{AsciiHost(url)}:{url.Port}");

    private static string? ReasonAgainst(string text, out Uri? parsed)
    {
        parsed = null;
        if (text.Length == 0)
        {
            return "The URL is empty.";
        }

        if (Encoding.UTF8.GetByteCount(text) > MaxBytes)
        {
            return "The URL is longer than 8 KiB.";
        }

        if (text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.AsSpan().ContainsAnyInRange('\u007f', '\u009f'))
        {
            return "The URL holds control characters.";
        }

        // On Unix a path is an absolute URI too (file:), so the scheme is asked for in the text.
        if (!Uri.TryCreate(text, UriKind.Absolute, out parsed) || !text.Contains(':', StringComparison.Ordinal))
        {
            return "This is no absolute http or https URL.";
        }

        return ReasonAgainst(parsed);
    }

    private static string? ReasonAgainst(Uri url)
    {
        if (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
        {
            return "Only http and https URLs are fetched.";
        }

        if (url.UserInfo.Length > 0)
        {
            return "The URL holds user information.";
        }

        if (url.Port is < 1 or > 65535 || AsciiHost(url).Length is 0 or > 255)
        {
            return "The URL's host or port is not valid.";
        }

        return Encoding.UTF8.GetByteCount(url.AbsoluteUri) > MaxBytes ? "The URL is longer than 8 KiB." : null;
    }

    private static Uri Normalise(Uri url) => url.Fragment.Length == 0 && string.Equals(AsciiHost(url), url.Host, StringComparison.Ordinal)
        ? url
        : new UriBuilder(url) { Host = AsciiHost(url), Fragment = "" }.Uri;

    public static string AsciiHost(Uri url) => url.HostNameType == UriHostNameType.IPv6
        ? $"[{url.IdnHost.Trim('[', ']')}]"
        : url.IdnHost.TrimEnd('.').ToLowerInvariant();
}
