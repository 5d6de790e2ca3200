namespace EchoService.Benchmarks;

/// <summary>From the start of the process to the first answered request, and its memory when nothing happens.</summary>
internal static class StartComparison
{
    private const string Ready = "/health/ready";

    public static IReadOnlyList<Work> Works() =>
    [
        new Work("start", "start to ready, and memory 2 s later", "minimal host", _ => Task.FromResult<IReadOnlyList<IContender>>(
        [
            new StartContender("minimal host", port => [Path.Combine(AppContext.BaseDirectory, "EchoService.Benchmarks.dll"), MinimalHost.Command, port], Ready),
            new StartContender("EchoService", port => Service(AppContext.BaseDirectory, port), Ready),
            new StartContender("EchoService, compiled ahead", port => Service("published", port), Ready, PublishAsync),
        ])),
    ];

    private static string[] Service(string folder, string port) =>
        [Path.Combine(folder, "EchoService.dll"), $"--Http:Port={port}", .. RunningService.FreePorts];

    /// <summary>As the Dockerfile does it, and with everything that is built on the way in <paramref name="folder"/>.</summary>
    /// <exception cref="ToolMissingException">It cannot be published: the compiler's package cannot be had.</exception>
    private static async Task PublishAsync(string folder)
    {
        try
        {
            await ToolRun.RunAsync(
                "dotnet",
                [
                    "publish", Sources.Of("EchoService"), "--configuration", "Release", "--use-current-runtime", "--self-contained", "false",
                    "-p:PublishReadyToRun=true", "--artifacts-path", "artifacts", "--output", "published",
                ],
                folder);
        }
        catch (InvalidOperationException exception)
        {
            throw new ToolMissingException(exception.Message);
        }
    }
}
