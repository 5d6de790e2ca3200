using EchoService.Auth;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Auth;

public sealed class ClientRatesTests
{
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(1000)]
    [InlineData(1_000_000)]
    public void ABurstAndThenTheRate(int perSecond)
    {
        var rates = new ClientRates<string>(perSecond, burst: 3, _time);
        Assert.Equal(3, Taken(rates, "one", 10));
        var second = 0;
        for (var millisecond = 0; millisecond < 1000; millisecond++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            second += Taken(rates, "one", 2 + (perSecond / 500));
        }

        // With a millisecond between the looks no more than a burst of three can have gathered.
        Assert.Equal(Math.Min(perSecond, 3000), second);
    }

    [Fact]
    public void WhoWaitsAsToldIsLetThroughAndWhoAsksMeanwhileLosesNothing()
    {
        var rates = new ClientRates<string>(perSecond: 2, burst: 1, _time);
        Assert.Equal(TimeSpan.Zero, rates.Take("one"));
        Assert.Equal(TimeSpan.FromSeconds(0.5), rates.Take("one"));
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(TimeSpan.FromSeconds(0.3), rates.Take("one"));
        _time.Advance(TimeSpan.FromSeconds(0.3));
        Assert.Equal(TimeSpan.Zero, rates.Take("one"));
    }

    [Fact]
    public void OneClientTakesNothingFromAnother()
    {
        var rates = new ClientRates<string>(perSecond: 1, burst: 2, _time);
        Assert.Equal((2, 2), (Taken(rates, "one", 9), Taken(rates, "two", 9)));
    }

    /// <summary>A network of 2^64 addresses must not fill the memory.</summary>
    [Fact]
    public void ClientsWithTheirWholeBurstAreForgottenAndNoOthers()
    {
        var rates = new ClientRates<int>(perSecond: 10, burst: 5, _time);
        Assert.Equal(5, Taken(rates, -1, 9));
        for (var client = 0; client < 100_000; client++)
        {
            _time.Advance(TimeSpan.FromTicks(10));
            rates.Take(client);
        }

        _time.Advance(TimeSpan.FromMilliseconds(100));
        for (var client = 100_000; client < 300_000; client++)
        {
            rates.Take(client);
        }

        Assert.InRange(rates.Count, 1, 200_001);
        Assert.Equal(2, Taken(rates, -1, 9)); // of its five, in 0.2 s
    }

    private static int Taken<TClient>(ClientRates<TClient> rates, TClient client, int tries)
        where TClient : notnull => Enumerable.Range(0, tries).Count(_ => rates.Take(client) == TimeSpan.Zero);
}
