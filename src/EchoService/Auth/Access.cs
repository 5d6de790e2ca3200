using System.Security.Claims;

namespace EchoService.Auth;

/// <summary>The words by which the parts of authentication know one another, and what routes ask of them.</summary>
internal static class Access
{
    public const string Scheme = "ApiKey";
    public const string ScopeClaim = "scope";
    public const string Cookie = "echoservice-session";

    /// <summary>The policy of a route that asks for a key, whatever its scopes.</summary>
    public const string AnyKey = "anyKey";

    /// <summary>The policy of <c>/metrics</c>: open, unless <c>Auth:ProtectMetrics</c>.</summary>
    public const string Metrics = "metrics";

    /// <summary>The route asks for a key with this scope, one of <see cref="Scope"/>. While there are no keys it is open.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder routes, string scope)
        where TBuilder : IEndpointConventionBuilder => routes.RequireAuthorization(scope);

    /// <summary>The name of the key that asks; null: nobody's, there are no keys.</summary>
    public static string? Owner(this ClaimsPrincipal user) => user.Identity?.Name;
}
