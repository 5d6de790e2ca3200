using EchoService.Downloads.Watching;

namespace EchoService.Tests.Downloads.Watching;

public sealed class EventRingTests
{
    [Fact]
    public void GivesWhatCameAfterANumberAndNothingOfWhatIsGone()
    {
        var ring = new EventRing();
        Assert.Empty(ring.After(0)!);
        Assert.Null(ring.After(-1));
        for (var i = 1; i <= 600; i++)
        {
            ring.Add(BitConverter.GetBytes(i));
        }

        Assert.Equal([599, 600], ring.After(598)!.Select(bytes => BitConverter.ToInt32(bytes)));
        Assert.Empty(ring.After(600)!);
        Assert.Null(ring.After(601));
        Assert.Equal(512, ring.After(88)!.Count);
        Assert.Null(ring.After(87));
    }

    [Fact]
    public void KeepsNoMoreThanFourMebibytes()
    {
        var ring = new EventRing();
        for (var i = 1; i <= 10; i++)
        {
            ring.Add(new byte[1 << 20]);
        }

        Assert.Null(ring.After(5));
        Assert.Equal(4, ring.After(6)!.Count);
    }

    [Fact]
    public void ChangesPastABoundAreOnlyCounted()
    {
        var changes = new JobChanges();
        for (var i = 0; i < 1000; i++)
        {
            changes.Item(i % 200);
        }

        Assert.Equal((true, 200, false), (changes.Any.IsCompleted, changes.Take() is var (_, items, many) && !many ? items.Count : 0, false));
        for (var i = 0; i < 201; i++)
        {
            changes.Item(i);
        }

        var (any, none, tooMany) = changes.Take();
        Assert.True(any && tooMany);
        Assert.Empty(none);
        Assert.False(changes.Take().Any);
    }
}
