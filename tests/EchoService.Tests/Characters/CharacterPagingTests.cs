using EchoService.Characters;

namespace EchoService.Tests.Characters;

public sealed class CharacterPagingTests
{
    [Theory]
    [InlineData("cjk")]
    [InlineData("ga")]
    [InlineData("digit")]
    [InlineData("small letter")]
    [InlineData("ideograph 4e00")]
    public void PagesJoinToTheWhole(string query)
    {
        var matches = CharacterIndex.Shared.Find(query);
        var whole = CodePoints(matches, 0, int.MaxValue);
        Assert.Equal(matches.Total, whole.Length);
        Assert.Equal(whole.Order().Distinct(), whole);
        for (var start = 0; start <= whole.Length + 997; start += 997)
        {
            Assert.Equal(whole.Skip(start).Take(997), CodePoints(matches, start, 997));
        }
    }

    [Fact]
    public void CountsAndPagesARangeWithoutWritingItOut()
    {
        Page("cjk", 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var matches = CharacterIndex.Shared.Find("cjk");
        var walk = matches.Walk(100_000);
        for (var i = 0; i < 1_000; i++)
        {
            Assert.True(walk.MoveNext());
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8_000);
    }

    [Theory]
    [InlineData("cjk", 0)]
    [InlineData("cjk", 100_000)]
    [InlineData("hangul syllable", 11_000)]
    [InlineData("hangul syllable ga", 0)]
    public void APageOfAHugeResultAllocatesNoMoreThanOneOfASmall(string query, int start)
    {
        // Time is the benchmark's business (EchoService.Benchmarks characters): bytes are the same on every machine.
        var small = Allocated("digit", 0);
        var huge = Allocated(query, start);
        Assert.True(huge < 3 * small, $"{query} from {start}: {huge} bytes, digit: {small} bytes");
    }

    [Fact]
    public async Task ServesManyReadersAtOnce()
    {
        var expected = CodePoints(CharacterIndex.Shared.Find("chess black"), 0, 100);
        var index = new CharacterIndex();
        await Parallel.ForAsync(0, 200, TestContext.Current.CancellationToken, (_, _) =>
        {
            Assert.Equal(expected, CodePoints(index.Find("chess black"), 0, 100));
            return ValueTask.CompletedTask;
        });
    }

    private static int[] CodePoints(CharacterMatches matches, int start, int limit) =>
        [.. matches.Page(start, limit).Select(character => character.CodePoint)];

    private static int Page(string query, int start) => CodePoints(CharacterIndex.Shared.Find(query), start, 200).Length;

    private static long Allocated(string query, int start)
    {
        Page(query, start);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Page(query, start);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
