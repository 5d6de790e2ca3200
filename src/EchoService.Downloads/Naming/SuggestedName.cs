using EchoService.Downloads.Fetching;

namespace EchoService.Downloads.Naming;

/// <summary>
/// The name of a file that was given none: from <c>Content-Disposition</c>, else the URL's last path segment, else its host.
/// </summary>
internal static class SuggestedName
{
    /// <param name="url">As it was asked for, not as redirected to: the name follows from what the user wrote.</param>
    /// <param name="contentDisposition">As sent.</param>
    /// <param name="contentType">As sent; gives an extension where segment or host has none that maps to a media type.</param>
    public static string For(Uri url, string? contentDisposition, string? contentType)
    {
        if (ContentDisposition.FileName(contentDisposition) is { } given && FileName.Clean(given) is { } name)
        {
            return name;
        }

        name = FileName.Clean(LastSegment(url)) ?? Host(url);
        var missing = MediaTypes.IsExtension(Path.GetExtension(name)) ? "" : MediaTypes.ExtensionOf(contentType) ?? "";
        return FileName.Sanitise(name + missing);
    }

    /// <summary>The host as a part of a name.</summary>
    public static string Host(Uri url) => FileName.Sanitise(FetchUrl.AsciiHost(url).Trim('[', ']'));

    private static string LastSegment(Uri url) =>
        Uri.UnescapeDataString(url.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "");
}
