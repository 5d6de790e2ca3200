using System.CommandLine;

namespace EchoService.Cli;

/// <summary><c>cancel ID</c>: ends a service's job.</summary>
internal static class CancelCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "The job." };
        var server = new ServerOptions(required: true);
        var command = new ExampleCommand("cancel", "Cancels a service's job.", "echoctl cancel 0190f2c1a1b27c3d8e4f5a6b7c8d9e0f --server http://localhost:8080") { id };
        server.AddTo(command);
        command.SetAction(async (parsed, token) =>
        {
            using var client = server.Client(parsed)!;
            var job = new RemoteJob(await client.PostAsync(RemoteJob.PathOf(parsed.GetValue(id)!) + "/cancel", null, token));
            using var output = new Output();
            await output.Text.WriteLineAsync($"{job.Id} {job.State}");
            return ExitCode.Done;
        });
        return command;
    }
}
