using System.CommandLine;

namespace EchoService.Cli;

/// <summary><c>watch ID</c>: follows a service's job to its end.</summary>
internal static class WatchCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "The job." };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "A line for each URL in place of the bar." };
        var json = new Option<bool>("--json") { Description = "The job as JSON, at its end; with -v a line for each URL before it." };
        var server = new ServerOptions(required: true);
        var command = new ExampleCommand("watch", "Follows a service's job to its end, also over a restart of the service.",
            "echoctl watch 0190f2c1a1b27c3d8e4f5a6b7c8d9e0f", "echoctl watch 0190f2c1a1b27c3d8e4f5a6b7c8d9e0f -v --server http://localhost:8080") { id, verbose, json };
        server.AddTo(command);
        command.SetAction(async (parsed, token) =>
        {
            using var client = server.Client(parsed)!;
            return await Output.BreakOffAsync(
                new JobWatch(client, parsed.GetValue(id)!, parsed.GetValue(verbose), parsed.GetValue(json), TimeProvider.System).RunAsync(token));
        });
        return command;
    }
}
