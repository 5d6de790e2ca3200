using EchoService.Downloads.Engine;
using EchoService.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EchoService.Tests.Downloads;

public class EngineStopTests
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
}
