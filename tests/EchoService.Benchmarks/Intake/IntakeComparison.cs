namespace EchoService.Benchmarks;

/// <summary>A long list posted to a service that is to fetch none of it yet: lines a second until it is durable.</summary>
internal static class IntakeComparison
{
    private const int Lines = 1_000_000;

    public static IReadOnlyList<Work> Works() =>
    [
        new Work("intake", $"a list of {Lines} lines, posted", "text/plain", async peers =>
        {
            var folder = peers.Add(new ScratchFolder());
            return
            [
                new IntakeContender("text/plain", await IntakeList.WriteAsync(folder, "list.txt", Lines, number => $"http://127.0.0.1:9/files/of/some/depth/{number}.html"), Lines),
                new IntakeContender("application/x-ndjson", await IntakeList.WriteAsync(folder, "list.ndjson", Lines, number => $$"""{"url":"http://127.0.0.1:9/files/of/some/depth/{{number}}.html"}"""), Lines),
            ];
        }),
    ];
}
