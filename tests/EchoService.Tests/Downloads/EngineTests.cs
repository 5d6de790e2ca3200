using EchoService.Downloads;
using EchoService.Downloads.Engine;
using EchoService.Downloads.Store;
using EchoService.Tests.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EchoService.Tests.Downloads;

public class EngineTests
{
    [Fact]
    public async Task ToldToStopFromTwoSidesAtOnceItStopsOnce()
    {
        for (var round = 0; round < 20; round++)
        {
            using var service = new ServiceFixture();
            var engine = service.Services.GetServices<IHostedService>().OfType<DownloadEngine>().Single();
            using var together = new Barrier(2);
            Task Stop()
            {
                together.SignalAndWait(TestContext.Current.CancellationToken);
                return engine.StopAsync(CancellationToken.None);
            }

            // A task of each, which is what the stop is waited for by: unwrapped it would be the same for all.
            var first = Task.Factory.StartNew(Stop, TaskCreationOptions.LongRunning);
            var second = Task.Factory.StartNew(Stop, TaskCreationOptions.LongRunning);
            Assert.Same(await first, await second);
            await await first;
        }
    }

    [Fact]
    public async Task GoesOnLeasingAfterAFailureThatNobodyForesaw()
    {
        var folder = Directory.CreateTempSubdirectory("echoservice-engine-").FullName;
        using var logs = new LogCapture();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("Downloads:DataDirectory", folder)]).Build());
        services.AddSingleton(TimeProvider.System);
        services.AddMetrics().AddLogging(logging => logging.AddProvider(logs));
        services.AddDownloads();
        var original = services.Last(service => service.ServiceType == typeof(IDownloadStore)).ImplementationFactory!;
        services.Replace(ServiceDescriptor.Singleton(provider => FirstClaimFails.Of((IDownloadStore)original(provider))));
        await using (var provider = services.BuildServiceProvider())
        {
            var engine = provider.GetServices<IHostedService>().OfType<DownloadEngine>().Single();
            await engine.StartAsync(TestContext.Current.CancellationToken);
            var store = (FirstClaimFails)provider.GetRequiredService<IDownloadStore>();
            await store.ClaimedAgain.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            await logs.WaitForAsync("Leasing failed inside the service");
            await engine.StopAsync(TestContext.Current.CancellationToken);
        }

        Directory.Delete(folder, recursive: true);
    }
}
