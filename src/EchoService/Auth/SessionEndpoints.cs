using System.Security.Claims;
using EchoService.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EchoService.Auth;

/// <summary>For browsers, whose event streams, links and WebSockets cannot send a key: a key is exchanged for a cookie.</summary>
internal static class SessionEndpoints
{
    public static void MapSession(this IEndpointRouteBuilder routes)
    {
        var session = routes.MapGroup("/session").WithTags("Session");
        session.MapGet("", Get).AllowAnonymous().WithSummary("Who asks, and what they may do.");
        session.MapPost("", Begin).RequireAuthorization(Access.AnyKey).WithSummary("Exchanges a key for a session cookie.");
        session.MapDelete("", End).AllowAnonymous().WithSummary("Ends the session of the cookie, if there is one.");
    }

    private static Ok<SessionAnswer> Get(HttpContext context, KeyRing keys) =>
        TypedResults.Ok(SessionAnswer.Of(keys, context.User, context.Features.Get<Session>()));

    private static Results<Ok<SessionAnswer>, ProblemHttpResult> Begin(HttpContext context, KeyRing keys, Sessions sessions)
    {
        if (context.Features.Get<Session>() is not null)
        {
            return Problem.Of(StatusCodes.Status401Unauthorized, "unauthorized", "A session begins with a key, not with another session.");
        }

        if (context.Features.Get<ApiKey>() is not { } key)
        {
            return TypedResults.Ok(SessionAnswer.Of(keys, context.User, null)); // no keys: nothing to sign in to
        }

        var (token, session) = sessions.Begin(key);
        context.Response.Cookies.Append(Access.Cookie, token, CookieOf(context, session));
        return TypedResults.Ok(SessionAnswer.Of(keys, context.User, session));
    }

    private static NoContent End(HttpContext context, Sessions sessions)
    {
        if (context.Request.Cookies[Access.Cookie] is { Length: > 0 } token)
        {
            sessions.End(token);
            context.Response.Cookies.Delete(Access.Cookie, CookieOf(context, null));
        }

        return TypedResults.NoContent();
    }

    private static CookieOptions CookieOf(HttpContext context, Session? session) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        Expires = session?.ExpiresAt,
    };
}

/// <param name="KeyNeeded">False: the service has no keys and is open.</param>
/// <param name="Name">The key's; null: none was given, or none that is right.</param>
/// <param name="Scopes">What the asker may do.</param>
/// <param name="ExpiresAt">The session's end; null: there is no session.</param>
internal sealed record SessionAnswer(bool KeyNeeded, string? Name, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt)
{
    public static SessionAnswer Of(KeyRing keys, ClaimsPrincipal user, Session? session) => new(
        !keys.IsOpen, user.Owner(), [.. user.FindAll(Access.ScopeClaim).Select(claim => claim.Value)], session?.ExpiresAt);
}
