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
        var files = new Lazy<PageFiles>(PageFiles.Load); // with the first page that is asked for
        routes.MapPage("/", files, "Downloads", "downloads");
        routes.MapPage("/tcp", files, "Channels", "channels");
        routes.MapPage("/characters/page", files, "Characters", "characters");

        // The version is that of all files together: modules import each other by relative paths and so never meet those of another version.
        routes.MapGet("/pages/{version}/{**path}", (string version, string? path, HttpResponse response) => Serve(files.Value, version, path, response))
            .AllowAnonymous().ExcludeFromDescription();
    }

    private static IResult Serve(PageFiles files, string version, string? path, HttpResponse response) =>
        files.Find(path ?? "") is { } file ? file.Serve(response, keep: version == files.Version) : Problem.NotFound();

    private static void MapPage(this IEndpointRouteBuilder routes, string route, Lazy<PageFiles> files, string title, string feature)
    {
        var page = new Lazy<PageFile>(() => files.Value.Page(title, feature));
        routes.MapGet(route, (HttpResponse response) => page.Value.Serve(response, keep: false)).AllowAnonymous().ExcludeFromDescription();
    }
}
