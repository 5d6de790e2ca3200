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
        var clock = Stopwatch.StartNew();
        await using var service = await ServiceProcess.StartAsync();
        using var ready = await service.Client.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        Assert.True(ready.IsSuccessStatusCode);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }
}
