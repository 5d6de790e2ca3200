using EchoService.Downloads.Intake;
using EchoService.Tests.Downloads.Store;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Intake;

public sealed class ListReceiverTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AListThatComesSlowlyIsWrittenEachMinute()
    {
        await using var under = new SqliteStoreUnderTest();
        var time = new ManualTime();
        var job = await under.Store.ReceiveAsync("one", null, Token);
        var receiver = new ListReceiver(under.Store, job, 100, null, time, Token);
        async Task<long> WrittenAfterAsync(int number)
        {
            await receiver.AddAsync(number, $"http://a/{number}");
            await receiver.AbandonAsync();
            return await under.CountAsync("SELECT count(*) FROM items");
        }

        Assert.Equal(0, await WrittenAfterAsync(1));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(0, await WrittenAfterAsync(2));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3, await WrittenAfterAsync(3));
        Assert.Equal(3, await WrittenAfterAsync(4));
        await receiver.CompleteAsync();
        Assert.Equal(4, await under.CountAsync("SELECT count(*) FROM items"));
    }
}
