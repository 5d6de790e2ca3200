using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace EchoService.Http;

internal static class HttpExtensions
{
    /// <summary>The HTTP listener and what stands before every endpoint.</summary>
    public static void AddHttpDoor(this WebApplicationBuilder builder)
    {
        IgnoreHostingUrls(builder.WebHost);
        if (builder.Configuration.GetSection($"{HttpOptions.Section}:Tls").Exists())
        {
            UseHttps(builder.WebHost);
        }

        builder.Services.AddOptions<HttpOptions>()
            .BindConfiguration(HttpOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<HttpOptions>, HttpOptionsValidator>();
        builder.Services.AddSingleton<IValidateOptions<HttpOptions>, HttpOptionsRules>();
        builder.Services.AddSingleton<HttpGate>();
        builder.Services.AddSingleton<HttpDoor>();
        builder.Services.AddOptions<SocketTransportOptions>().Configure<IOptions<HttpOptions>>(
            (sockets, http) => sockets.CreateBoundListenSocket = new HttpSockets(http.Value).Bind);
        builder.Services.AddSingleton<IConfigureOptions<KestrelServerOptions>>(services => services.GetRequiredService<HttpDoor>());
        builder.Services.AddHostedService(services => services.GetRequiredService<HttpDoor>());
        builder.Services.AddForwarding();
        builder.Services.AddRequestTime();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.AllowDuplicateProperties = false;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, EarlyJson.Default);
        });
        builder.Services.AddProblems();
        builder.Services.AddApiDescription();
    }

    public static void UseHttpDoor(this WebApplication app)
    {
        app.UseSecurityHeaders();
        app.UseForwardedHeaders();
        app.UseProblems();
        app.UseMiddleware<RequestRules>();
        app.UseMiddleware<HostFilter>();
        app.UseMiddleware<OriginFilter>();
        app.UseRoutingWithHead();
        app.UseRequestTimeouts();
    }

    /// <summary>HTTPS, and with it HTTP/3. In a method of its own: only a service that has them loads their libraries.</summary>
    private static void UseHttps(ConfigureWebHostBuilder host) => host.UseKestrelHttpsConfiguration().UseQuic();

    /// <summary>Ports are ours alone: <c>--urls</c>, <c>URLS</c> and <c>HTTP_PORTS</c> change nothing and warn of nothing.</summary>
    private static void IgnoreHostingUrls(ConfigureWebHostBuilder host) => host
        .PreferHostingUrls(false)
        .UseSetting(WebHostDefaults.HttpPortsKey, "")
        .UseSetting(WebHostDefaults.HttpsPortsKey, "")
        .UseSetting(WebHostDefaults.ServerUrlsKey, "");
}
