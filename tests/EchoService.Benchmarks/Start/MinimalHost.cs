using System.CommandLine;
using System.Net;

namespace EchoService.Benchmarks;

/// <summary><c>minimal-host PORT</c>: the least that a web application can be, with the defaults of its builder and one route.</summary>
internal static class MinimalHost
{
    public const string Command = "minimal-host";

    public static Command Create()
    {
        var port = new Argument<int>("port");
        var command = new Command(Command, "A web application with one route, the yardstick of `compare start`.") { port };
        command.SetAction(async (parsed, token) =>
        {
            var builder = WebApplication.CreateBuilder();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, parsed.GetValue(port)));
            var app = builder.Build();
            app.MapGet("/health/ready", () => "ready");
            await app.RunAsync(token);
        });
        return command;
    }
}
