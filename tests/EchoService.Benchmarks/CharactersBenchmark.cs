using System.Diagnostics;
using System.Runtime.Loader;
using EchoService.Characters;

namespace EchoService.Benchmarks;

/// <summary>Loading the index in a fresh context (its code compiled again, as in a new process), and a page of 200 of several queries.</summary>
internal static class CharactersBenchmark
{
    public static int Run()
    {
        Console.WriteLine($"load, best of 5      {Enumerable.Range(0, 5).Min(_ => Load()).TotalMilliseconds,8:0} ms");
        var small = Page("digit", 0);
        foreach (var (query, start) in (ReadOnlySpan<(string, int)>)[("digit", 0), ("sun", 0), ("cjk", 0), ("cjk", 100_000), ("hangul syllable", 11_000)])
        {
            var page = Page(query, start);
            Console.WriteLine($"{query,-16} {start,7} {page.TotalMicroseconds,8:0} us {page / small,6:0.0} x digit");
        }

        return 0;
    }

    private static TimeSpan Load()
    {
        var context = new AssemblyLoadContext(name: null, isCollectible: true);
        var index = context.LoadFromAssemblyPath(typeof(CharacterIndex).Assembly.Location).GetType(typeof(CharacterIndex).FullName!)!;
        var begun = Stopwatch.GetTimestamp();
        index.GetProperty(nameof(CharacterIndex.Shared))!.GetValue(null);
        var took = Stopwatch.GetElapsedTime(begun);
        context.Unload();
        return took;
    }

    private static TimeSpan Page(string query, int start) => Enumerable.Range(0, 50).Min(_ =>
    {
        var begun = Stopwatch.GetTimestamp();
        var last = CharacterIndex.Shared.Find(query).Page(start, 200).LastOrDefault();
        GC.KeepAlive(last);
        return Stopwatch.GetElapsedTime(begun);
    });
}
