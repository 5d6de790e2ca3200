namespace EchoService.Benchmarks;

/// <summary>Pages of small and huge results against each other, over HTTP.</summary>
internal static class CharactersComparison
{
    public static IReadOnlyList<Work> Works() =>
    [
        new Work("pages", "a page of 200 of /characters, 500 requests one after the other", "digit", async peers =>
        {
            var service = peers.Add(await RunningService.StartAsync());
            return
            [
                new CharactersContender("digit", service, "digit", 0),
                new CharactersContender("sun", service, "sun", 0),
                new CharactersContender("cjk", service, "cjk", 0),
                new CharactersContender("cjk from 100,000", service, "cjk", 100_000),
                new CharactersContender("hangul syllable from 11,000", service, "hangul syllable", 11_000),
            ];
        }),
    ];
}
