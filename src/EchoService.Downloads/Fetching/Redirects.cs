namespace EchoService.Downloads.Fetching;

/// <summary>Where an answer leads on to, and whether one may go there.</summary>
internal static class Redirects
{
    public static bool IsOne(HttpResponseMessage message) =>
        (int)message.StatusCode is 301 or 302 or 303 or 307 or 308 && Location(message) is not null;

    public static bool SameOrigin(Uri one, Uri other) => one.Scheme == other.Scheme && FetchUrl.HostKey(one) == FetchUrl.HostKey(other);

    public static FetchError? Next(HttpResponseMessage message, Uri from, bool enough, out Uri? next)
    {
        next = null;
        if (enough)
        {
            return new(ErrorCode.TooManyRedirects, "The origin redirects too often.", (int)message.StatusCode);
        }

        if (!FetchUrl.TryResolve(from, Location(message)!, out next, out var reason))
        {
            return new(ErrorCode.InvalidUrl, $"The origin redirects to a URL that is not fetched: {reason}", (int)message.StatusCode);
        }

        return from.Scheme == Uri.UriSchemeHttps && next.Scheme == Uri.UriSchemeHttp
            ? new(ErrorCode.InsecureRedirect, "The origin redirects from https to http.", (int)message.StatusCode)
            : null;
    }

    private static string? Location(HttpResponseMessage message) =>
        message.Headers.NonValidated.TryGetValues("Location", out var values) && values.First() is { Length: > 0 } location ? location : null;
}
