namespace EchoService.Http;

internal static class HelloEndpoints
{
    public static void MapHello(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/hello/{name?}", (string? name) => $"Hello, {name ?? "Anonymous"}").AllowAnonymous().WithTags("Hello").WithSummary("Greets by name");
}
