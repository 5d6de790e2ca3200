using System.CommandLine;

namespace EchoService.Cli;

/// <summary><c>watch ID</c>: follows a service's job to its end.</summary>
internal static class WatchCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "The job." };
        var json = new Option<bool>("--json") { Description = "The job as JSON, at its end." };
        var server = new ServerOptions(required: true);
        var command = new ExampleCommand("watch", "Follows a service's job to its end.", "echoctl watch 0190f2c1a1b27c3d8e4f5a6b7c8d9e0f") { id, json };
        server.AddTo(command);
        command.SetAction(async (parsed, token) =>
        {
            using var client = server.Client(parsed)!;
            return await JobWatch.RunAsync(client, parsed.GetValue(id)!, parsed.GetValue(json), TimeProvider.System, token);
        });
        return command;
    }
}
