using EchoService.Http;

namespace EchoService.Pages;

/// <summary>
/// The web pages: HTML, style sheets and modules that are part of the program, so that they need no build step and no other site. They are
/// open to all; what they show comes through the API, which asks for a key where there are keys.
/// </summary>
internal static class PageEndpoints
{
    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        var files = PageFiles.Load();
        routes.MapPage("/", files.Page("Downloads", "downloads"));
        routes.MapPage("/tcp", files.Page("Channels", "channels"));
        routes.MapPage("/characters/page", files.Page("Characters", "characters"));

        // The version is that of all files together: modules import each other by relative paths and so never meet those of another version.
        routes.MapGet("/pages/{version}/{**path}", (string version, string? path, HttpResponse response) => Serve(files, version, path, response))
            .AllowAnonymous().ExcludeFromDescription();
    }

    private static IResult Serve(PageFiles files, string version, string? path, HttpResponse response) =>
        files.Find(path ?? "") is { } file ? file.Serve(response, keep: version == files.Version) : Problem.NotFound();

    private static void MapPage(this IEndpointRouteBuilder routes, string route, PageFile page) =>
        routes.MapGet(route, (HttpResponse response) => page.Serve(response, keep: false)).AllowAnonymous().ExcludeFromDescription();
}
