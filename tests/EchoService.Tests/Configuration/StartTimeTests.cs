using System.Diagnostics;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Configuration;

/// <summary>How long a start takes where nothing else runs: other tests start three nodes and an S3 server at once.</summary>
[CollectionDefinition(nameof(StartTimeTests), DisableParallelization = true)]
[Collection(nameof(StartTimeTests))]
public sealed class StartTimeTests
{
    [Fact]
    public async Task IsReadyInUnderThreeSeconds()
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
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }
}
