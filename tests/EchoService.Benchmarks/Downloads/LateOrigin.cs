using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace EchoService.Benchmarks;

/// <summary>Answers every request after a delay.</summary>
internal sealed class LateOrigin(WebApplication app) : IAsyncDisposable
{
    /// <summary>With a slash at its end.</summary>
    public string Address => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/";

    public static async Task<LateOrigin> StartAsync(TimeSpan delay)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(async context =>
        {
            await Task.Delay(delay);
            await context.Response.WriteAsync("hello");
        });
        await app.StartAsync();
        return new LateOrigin(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
