namespace EchoService.Benchmarks;

/// <summary>From the start of the process to the first answered request, and its memory when nothing happens.</summary>
internal static class StartComparison
{
    public static IReadOnlyList<Work> Works() =>
    [
        new Work("start", "start to ready, and memory 2 s later", "minimal host", _ => Task.FromResult<IReadOnlyList<IContender>>(
        [
            new StartContender("minimal host", port => [Path.Combine(AppContext.BaseDirectory, "EchoService.Benchmarks.dll"), MinimalHost.Command, port], "/health/ready"),
            new StartContender("EchoService", StartContender.Service, "/health/ready"),
        ])),
    ];
}
