using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace EchoService.Http;

internal static class HttpExtensions
{
    /// <summary>The HTTP listener. Registered after the channels: test clients take the last address.</summary>
    public static void AddHttpDoor(this IServiceCollection services)
    {
        services.AddOptions<HttpOptions>().BindConfiguration("Http");
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>>(provider => new ConfigureNamedOptions<KestrelServerOptions>(
            Options.DefaultName,
            kestrel => kestrel.Listen(IPAddress.Loopback, provider.GetRequiredService<IOptions<HttpOptions>>().Value.Port)));
    }
}

internal sealed class HttpOptions
{
    public string Address { get; set; } = "localhost";

    public int Port { get; set; } = 8080;
}
