using EchoService.Characters;

namespace EchoService.Tests.Characters;

public sealed class CharacterLoadTests
{
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
}
