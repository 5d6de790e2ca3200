using System.Security.Claims;
using System.Text.Encodings.Web;
using EchoService.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace EchoService.Auth;

/// <summary>Who asks: by <c>Authorization: Bearer</c>, by <c>X-Api-Key</c>, or by a session's cookie. A key that is given counts, also when it is wrong.</summary>
internal sealed class ApiKeyHandler(
    KeyRing keys, Sessions sessions, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    private const string Bearer = "Bearer ";

    private static readonly ClaimsPrincipal s_everybody = new(new ClaimsIdentity(
        Scope.All.Select(scope => new Claim(Access.ScopeClaim, scope)), Access.Scheme));

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Authenticate());

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Problem.Of(
            StatusCodes.Status401Unauthorized,
            "unauthorized",
            "A valid API key is needed, as 'Authorization: Bearer <key>' or 'X-Api-Key: <key>', or a session (POST /session).").ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var scope = Context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>()?.Policy;
        return Problem.Of(StatusCodes.Status403Forbidden, "forbidden", $"The API key lacks the scope {scope}.").ExecuteAsync(Context);
    }

    private AuthenticateResult Authenticate()
    {
        if (keys.IsOpen)
        {
            return Success(s_everybody);
        }

        if (Given() is { } text)
        {
            if (keys.Find(text) is not { } key)
            {
                return AuthenticateResult.NoResult(); // no failure: each would be a log line, and anybody can make a million
            }

            Context.Features.Set(key);
            return Success(key.Principal);
        }

        if (Request.Cookies[Access.Cookie] is { Length: > 0 } token && sessions.Find(token) is { } session)
        {
            Context.Features.Set(session.Key);
            Context.Features.Set(session);
            return Success(session.Key.Principal);
        }

        return AuthenticateResult.NoResult();
    }

    private string? Given()
    {
        var authorization = Request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim()
            : Request.Headers["X-Api-Key"] is [{ } key, ..] ? key
            : null;
    }

    private AuthenticateResult Success(ClaimsPrincipal principal) => AuthenticateResult.Success(new AuthenticationTicket(principal, Scheme.Name));
}
