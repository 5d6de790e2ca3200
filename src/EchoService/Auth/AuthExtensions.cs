using System.Net;
using System.Text.Encodings.Web;
using EchoService.Http;
using EchoService.Tcp;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace EchoService.Auth;

internal static class AuthExtensions
{
    public static void AddAuth(this IServiceCollection services)
    {
        // No ValidateOnStart: its monitor would throw into every reload. The key ring validates, at start and then.
        services.AddOptions<AuthOptions>().BindConfiguration(AuthOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true);
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsValidator>();
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsRules>();
        services.AddSingleton<KeyRing>();
        services.AddSingleton<Sessions>();
        services.AddHostedService<OpenAccessWarning>();
        // The core alone: AddAuthentication brings data protection, which nothing here uses, and which keeps keys in the user's home folder.
        services.AddAuthenticationCore(options =>
        {
            options.DefaultScheme = Access.Scheme;
            options.AddScheme<ApiKeyHandler>(Access.Scheme, displayName: null);
        });
        services.AddTransient<ApiKeyHandler>();
        services.AddSingleton(UrlEncoder.Default); // which every handler wants
        services.AddSingleton<RequestRates>();
        services.AddAuthorization();
        services.AddOptions<AuthorizationOptions>().Configure<KeyRing>(AddPolicies);
    }

    /// <summary>After routing: who asks, how often, and whether the route lets them. A request whose key is taken away meanwhile is broken off.</summary>
    public static void UseAuth(this WebApplication app)
    {
        app.UseAuthentication();
        app.Use(app.Services.GetRequiredService<RequestRates>().InvokeAsync);
        app.Use(static async (context, next) =>
        {
            await using var broken = context.Features.Get<ApiKey>()?.Revoked.UnsafeRegister(static aborted => ((HttpContext)aborted!).Abort(), context) ?? default;
            await next(context);
        });
        app.UseAuthorization();
    }

    private static void AddPolicies(AuthorizationOptions options, KeyRing keys)
    {
        foreach (var scope in Scope.All)
        {
            options.AddPolicy(scope, policy => policy.RequireAuthenticatedUser().RequireClaim(Access.ScopeClaim, scope));
        }

        options.AddPolicy(Access.AnyKey, policy => policy.RequireAuthenticatedUser());
        options.AddPolicy(Access.Metrics, policy => policy.RequireAssertion(asked => !keys.ProtectsMetrics || asked.User.Identity?.IsAuthenticated == true));

        // A route that says nothing is closed; where there is no route there is nothing to protect.
        options.FallbackPolicy = new AuthorizationPolicyBuilder()
            .RequireAssertion(asked => keys.IsOpen || asked.Resource is not HttpContext context || context.GetEndpoint() is null)
            .Build();
    }
}

/// <summary>Tells once, at start, that whoever can reach the service may use it.</summary>
internal sealed class OpenAccessWarning(KeyRing keys, IOptions<HttpOptions> http, ILogger<OpenAccessWarning> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (keys.IsOpen && ListenAddress.Parse(http.Value.Address).Any(address => !IPAddress.IsLoopback(address)))
        {
            log.OpenToOthers(http.Value.Address);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
