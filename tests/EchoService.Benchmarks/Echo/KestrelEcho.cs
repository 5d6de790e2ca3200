using System.Buffers;
using System.CommandLine;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace EchoService.Benchmarks;

/// <summary><c>kestrel-echo</c>: a connection handler on Kestrel with its defaults. Prints its port, and serves until it is killed.</summary>
internal static class KestrelEcho
{
    public const string Command = "kestrel-echo";

    public static Command Create()
    {
        var command = new Command(Command, "A plain echo handler on Kestrel, a yardstick of `compare echo`.");
        command.SetAction(async (_, token) =>
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Run(EchoAsync)));
            await using var app = builder.Build();
            await app.StartAsync(token);
            var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            Console.WriteLine(new Uri(address).Port);
            await app.WaitForShutdownAsync(token);
        });
        return command;
    }

    private static async Task EchoAsync(ConnectionContext connection)
    {
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        while (true)
        {
            var result = await input.ReadAsync();
            foreach (var segment in result.Buffer)
            {
                output.Write(segment.Span);
            }

            await output.FlushAsync();
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }
}
