using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace EchoService.Cli;

/// <summary><c>jobs</c>: a service's jobs, newest first.</summary>
internal static class JobsCommand
{
    public static Command Create()
    {
        var state = new Option<string?>("--state") { Description = "Only jobs in this state.", HelpName = "STATE" };
        var limit = new Option<int>("--limit") { Description = "Shows at most this many, up to 1000.", DefaultValueFactory = _ => 20, HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "The service's own answer." };
        var server = new ServerOptions(required: true);
        Check.Within(limit, 1, 1000);
        Check.OneOf(state, "scheduled", "running", "paused", "completed", "cancelled");
        var command = new ExampleCommand("jobs", "Lists a service's jobs, newest first.", "echoctl jobs", "echoctl jobs --state running --server http://localhost:8080") { state, limit, json };
        server.AddTo(command);
        command.SetAction(async (parsed, token) =>
        {
            using var client = server.Client(parsed)!;
            var query = string.Create(CultureInfo.InvariantCulture, $"downloads?limit={parsed.GetValue(limit)}{(parsed.GetValue(state) is { } wanted ? $"&state={wanted}" : "")}");
            var answer = await client.GetAsync(query, token);
            using var output = new Output();
            if (parsed.GetValue(json))
            {
                await output.Text.WriteLineAsync(answer.GetRawText());
                return ExitCode.Done;
            }

            foreach (var job in answer.GetProperty("items").EnumerateArray().Select(one => new RemoteJob(one)))
            {
                await output.Text.WriteLineAsync(Line(job));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static string Line(RemoteJob job) =>
        $"{job.Id}  {job.State,-9}  {job.Json.GetProperty("createdAt").GetDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}  {job.Counts}  {Name(job.Json)}".TrimEnd();

    private static string Name(JsonElement job) => job.TryGetProperty("name", out var name) && name.GetString() is { } text ? Output.Printable(text) : "";
}
