using System.Net;
using System.Net.Http.Headers;

namespace EchoService.Downloads.Fetching;

/// <summary>What an answer to <c>Range</c> with <c>If-Range</c> is worth.</summary>
internal enum ResumeAnswer
{
    /// <summary>Exactly the rest that was asked for.</summary>
    Rest,

    /// <summary>The whole body, or an error: nothing was resumed.</summary>
    Whole,

    /// <summary>Neither: ask again, without a range.</summary>
    Useless,
}

internal static class ResumeAnswers
{
    /// <summary>
    /// A 206 counts only when it carries the entity tag that was asked for (an origin that ignores <c>If-Range</c> would splice two versions), is not
    /// encoded, and reaches from the offset to an end that is known.
    /// </summary>
    public static ResumeAnswer Judge(HttpResponseMessage response, long from, string etag)
    {
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return ResumeAnswer.Useless;
        }

        if (response.StatusCode != HttpStatusCode.PartialContent)
        {
            return ResumeAnswer.Whole;
        }

        var headers = response.Content.Headers;
        var exact = headers.ContentRange is { } range && IsExact(range, from) && (headers.ContentLength is not { } length || length == range.To - range.From + 1);
        return exact && headers.ContentEncoding.Count == 0 && StrongETag(response) == etag ? ResumeAnswer.Rest : ResumeAnswer.Useless;
    }

    /// <summary>The entity tag as sent, quotes included; null when it is weak or none.</summary>
    public static string? StrongETag(HttpResponseMessage response) => response.Headers.ETag is { IsWeak: false, Tag: var tag } ? tag : null;

    /// <summary>The announced bytes of the body. Of a rest its range announces them: chunks, or the connection's end, would not tell a short one.</summary>
    public static long? LengthOf(HttpResponseMessage response, long resumedFrom) => resumedFrom > 0
        ? response.Content.Headers.ContentRange!.Length - resumedFrom
        : response.Content.Headers.ContentLength;

    private static bool IsExact(ContentRangeHeaderValue range, long from) =>
        range.Unit == "bytes" && range.From == from && range.To >= from && range.To == range.Length - 1;
}
