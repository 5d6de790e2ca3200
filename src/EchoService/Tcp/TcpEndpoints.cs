using System.Globalization;
using EchoService.Auth;
using EchoService.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EchoService.Tcp;

internal static class TcpEndpoints
{
    public static void MapTcp(this IEndpointRouteBuilder routes)
    {
        var tcp = routes.MapGroup("/tcp").WithTags("tcp");
        tcp.MapGet("/channels", Channels).RequireScope(Scope.TcpRead).WithSummary("The channels, in the order of their configuration.");
        tcp.MapGet("/connections", Connections).RequireScope(Scope.TcpRead).WithSummary("The open connections, oldest first; with state=closed the last ones that closed, newest first, each with its reason.");
        tcp.MapDelete("/connections/{id}", Abort).RequireScope(Scope.TcpWrite).WithSummary("Ends a connection with a reset.");
        routes.MapFaults();
        tcp.MapGet("/{name}", Serve)
            .RequireScope(Scope.TcpWrite)
            .Produces(StatusCodes.Status101SwitchingProtocols)
            .WithMetadata(new ProblemCodes(StatusCodes.Status426UpgradeRequired, "webSocketRequired"))
            .WithSummary("A channel over WebSocket.")
            .DisableRequestTimeout();

        // What a WebSocket begins with over HTTP/2 (RFC 8441), as browsers speak it where there is TLS.
        tcp.MapMethods("/{name}", [HttpMethods.Connect], Serve).RequireScope(Scope.TcpWrite).DisableRequestTimeout().ExcludeFromDescription();
    }

    private static Results<Ok<ListPage<ChannelAnswer>>, ProblemHttpResult> Channels(ChannelTable channels, int? limit, string? cursor)
    {
        var query = new ListQuery(limit, cursor);
        return query.TryRead(out var after, out var field)
            ? TypedResults.Ok(ListPage<ChannelAnswer>.Of(channels.All.Index(), c => c.Index, c => ChannelAnswer.Of(c.Item), after, query.Rows))
            : Invalid(field);
    }

    private static Results<Ok<ListPage<ConnectionAnswer>>, ProblemHttpResult> Connections(
        LiveConnections connections, RecentlyClosed closed, string? state, int? limit, string? cursor)
    {
        var query = new ListQuery(limit, cursor);
        if (!query.TryRead(out var after, out var field))
        {
            return Invalid(field);
        }

        return state switch
        {
            null or "open" => TypedResults.Ok(
                ListPage<ConnectionAnswer>.Of(connections.All.OrderBy(c => c.Id), c => c.Id, ConnectionAnswer.Of, after, query.Rows)),
            "closed" => TypedResults.Ok(
                ListPage<ConnectionAnswer>.Of(closed.All.Index(), c => c.Index, c => ConnectionAnswer.Of(c.Item), after, query.Rows)),
            _ => Problem.Invalid("state", "state must be open or closed."),
        };
    }

    private static Results<NoContent, ProblemHttpResult> Abort(string id, LiveConnections connections)
    {
        if (!long.TryParse(id, CultureInfo.InvariantCulture, out var number) || connections.Find(number) is not { } connection)
        {
            return Problem.NotFound("There is no such connection.");
        }

        connection.Abort(CloseReason.Aborted);
        return TypedResults.NoContent();
    }

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> Serve(string name, HttpContext http, ChannelTable channels, WebSocketChannels webSockets)
    {
        if (channels.Find(name) is not { } channel)
        {
            return Problem.NotFound("There is no such channel.");
        }

        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.Headers.Upgrade = "websocket";
            return Problem.Of(StatusCodes.Status426UpgradeRequired, "webSocketRequired", "A channel is served over WebSocket here, and over TCP on its port.");
        }

        await webSockets.ServeAsync(http, channel);
        return TypedResults.Empty;
    }

    private static ProblemHttpResult Invalid(string field) =>
        Problem.Invalid(field, field == "limit" ? "limit must be 1 or more." : "cursor is not one that a list has given.");
}
