using System.Diagnostics;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Configuration;

/// <summary>How long a start takes where nothing else runs: other tests start three nodes and an S3 server at once.</summary>
[Collection(nameof(Alone))]
public sealed class StartTimeTests
{
    private static readonly TimeSpan s_promise = TimeSpan.FromSeconds(3);

    /// <summary>The best of three, so that a busy machine does not speak for the service.</summary>
    [Fact]
    public async Task IsReadyInUnderThreeSeconds()
    {
        var best = TimeSpan.MaxValue;
        for (var n = 0; n < 3 && best > s_promise; n++)
        {
            var took = await StartAsync();
            best = took < best ? took : best;
        }

        Assert.InRange(best, TimeSpan.Zero, s_promise);
    }

    private static async Task<TimeSpan> StartAsync()
    {
        await using var service = ServiceProcess.Create();
        foreach (var variable in (string[])["DOTNET_TieredPGO", "DOTNET_TC_CallCountingDelayMs", "DOTNET_EnableWriteXorExecute"])
        {
            service.Environment[variable] = null; // what tests/run sets for all others
        }

        var clock = Stopwatch.StartNew();
        await service.StartAsync();
        using var ready = await service.Client.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        Assert.True(ready.IsSuccessStatusCode);
        return clock.Elapsed;
    }
}
