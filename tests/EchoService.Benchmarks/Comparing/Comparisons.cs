namespace EchoService.Benchmarks;

/// <summary>What can be compared, by the name on the command line.</summary>
internal static class Comparisons
{
    public static readonly IReadOnlyDictionary<string, Func<IReadOnlyList<Work>>> All =
        new SortedDictionary<string, Func<IReadOnlyList<Work>>>(StringComparer.Ordinal)
        {
            ["characters"] = CharactersComparison.Works,
            ["download"] = DownloadComparison.Works,
            ["echo"] = EchoComparison.Works,
            ["http"] = HttpComparison.Works,
            ["idle"] = IdleComparison.Works,
            ["intake"] = IntakeComparison.Works,
            ["nodes"] = NodesComparison.Works,
            ["start"] = StartComparison.Works,
        };
}
