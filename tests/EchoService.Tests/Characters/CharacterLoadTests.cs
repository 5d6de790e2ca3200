using System.Diagnostics;
using System.Runtime.Loader;
using EchoService.Characters;

namespace EchoService.Tests.Characters;

public sealed class CharacterLoadTests
{
    [Fact]
    public void LoadsWithinAFewBlinks()
    {
        var best = Enumerable.Range(0, 5).Min(_ => LoadAnew());
        TestContext.Current.TestOutputHelper?.WriteLine($"{best.TotalMilliseconds:N0} ms");
        Assert.True(best < TimeSpan.FromMilliseconds(150), $"{best.TotalMilliseconds:N0} ms");
    }

    // What is allocated on the way bounds what is held, and no other test's memory is in the number.
    [Fact]
    public void HoldsLittleMemory()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = new CharacterIndex();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"{allocated:N0} bytes");
        Assert.True(allocated < 20_000_000, $"{allocated:N0} bytes");
    }

    // In a context of its own the library's code is compiled again, as in a process that has just started.
    private static TimeSpan LoadAnew()
    {
        var context = new AssemblyLoadContext(name: null, isCollectible: true);
        var index = context.LoadFromAssemblyPath(typeof(CharacterIndex).Assembly.Location).GetType(typeof(CharacterIndex).FullName!)!;
        var begun = Stopwatch.GetTimestamp();
        Assert.NotNull(index.GetProperty(nameof(CharacterIndex.Shared))!.GetValue(null));
        var took = Stopwatch.GetElapsedTime(begun);
        context.Unload();
        return took;
    }
}
