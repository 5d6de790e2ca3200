using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace EchoService.Characters;

/// <summary>The finder's page: three files that are part of the program. The page allows no inline script or style and no other site.</summary>
internal static class CharacterPageEndpoints
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static void MapCharacterPage(this IEndpointRouteBuilder routes)
    {
        routes.MapFile("/characters/page", "characters.html", "text/html; charset=utf-8");
        routes.MapFile("/characters/page.css", "characters.css", "text/css; charset=utf-8");
        routes.MapFile("/characters/page.js", "characters.js", "text/javascript; charset=utf-8");
    }

    private static void MapFile(this IEndpointRouteBuilder routes, string path, string resource, string contentType)
    {
        var content = Read(resource);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(..8))}\"");
        routes.MapGet(path, (HttpResponse response) => Serve(response, content, contentType, tag)).AllowAnonymous().ExcludeFromDescription();
    }

    private static FileContentHttpResult Serve(HttpResponse response, byte[] content, string contentType, EntityTagHeaderValue tag)
    {
        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "no-cache"; // kept, but asked for again: a new version of the program brings a new tag
        return TypedResults.Bytes(content, contentType, entityTag: tag);
    }

    private static byte[] Read(string resource)
    {
        using var stream = typeof(CharacterPageEndpoints).Assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
