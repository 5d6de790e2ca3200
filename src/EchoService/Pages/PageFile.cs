using System.Security.Cryptography;
using EchoService.Http;
using Microsoft.Net.Http.Headers;

namespace EchoService.Pages;

/// <summary>One file of the pages, whole in memory (all of them together are some 100 KB).</summary>
internal sealed class PageFile(byte[] content, string contentType)
{
    private readonly EntityTagHeaderValue _tag = new($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(..8))}\"");

    public byte[] Content => content;

    /// <param name="keep">True: its address changes with its content, so that a browser need not ask again. False: it asks, and mostly gets a 304.</param>
    public IResult Serve(HttpResponse response, bool keep)
    {
        response.Headers.ContentSecurityPolicy = SecurityHeaders.OwnFilesOnly;
        response.Headers.CacheControl = keep ? "public, max-age=31536000, immutable" : "no-cache";
        return TypedResults.Bytes(content, contentType, entityTag: _tag);
    }
}
