using EchoService.Downloads;
using EchoService.Downloads.Fetching;
using EchoService.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EchoService.Tests.Downloads.Fetching;

public sealed class FetchingExtensionsTests
{
    [Fact]
    public async Task OneFetcherComesWithItsGuardAndItsValidator()
    {
        await using var origin = await Origin.StartAsync(TestContext.Current.CancellationToken);
        origin.On("/x", OriginAnswer.Text("x"));
        await using var services = new ServiceCollection().AddMetrics().AddFetching().BuildServiceProvider();
        var fetcher = services.GetRequiredService<Fetcher>();
        Assert.Same(fetcher, services.GetRequiredService<Fetcher>());
        Assert.Equal(ErrorCode.BlockedAddress, (await fetcher.FetchAsync(origin.Url("/x"))).Code);
    }

    [Fact]
    public void BadEgressOptionsAreRefused()
    {
        using var services = new ServiceCollection().AddFetching()
            .Configure<DownloadsOptions>(options => options.Egress.AllowedNetworks.Add("here")).BuildServiceProvider();
        Assert.Throws<OptionsValidationException>(services.GetRequiredService<Fetcher>);
    }
}
