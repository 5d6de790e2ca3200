namespace EchoService.Benchmarks;

/// <summary>Messages of 64 bytes, one under way on each of 50 connections.</summary>
internal static class EchoComparison
{
    private const string Prefix = "Echoed back: ";

    public static IReadOnlyList<Work> Works() =>
    [
        new Work("ways", "50 connections x 64 B, each way to echo", "verbatim", _ => Task.FromResult<IReadOnlyList<IContender>>(
        [
            new EchoContender("verbatim", prefix: "", "--Tcp:Channels:echo:ReplyPrefix="),
            new EchoContender("by line", Prefix),
            new EchoContender("by chunk", Prefix, "--Tcp:Channels:echo:Unit=Chunk"),
        ])),
    ];
}
