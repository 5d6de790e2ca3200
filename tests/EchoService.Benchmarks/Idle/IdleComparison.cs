namespace EchoService.Benchmarks;

/// <summary>What an idle connection costs: opened, and after one message.</summary>
internal static class IdleComparison
{
    private const int Connections = 8000;

    public static IReadOnlyList<Work> Works() =>
    [
        new Work("idle", $"{Connections} idle connections", "echo channel", _ => Task.FromResult<IReadOnlyList<IContender>>(
        [
            new IdleContender("echo channel", Connections),
        ])),
    ];
}
