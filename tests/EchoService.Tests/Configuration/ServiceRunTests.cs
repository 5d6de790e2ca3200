using EchoService.Configuration;
using EchoService.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EchoService.Tests.Configuration;

public sealed class ServiceRunTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ABackgroundServiceThatFailsIsExitCode1(bool whileStarting)
    {
        Assert.Equal(1, await RunAsync(services => services.AddHostedService(
            provider => new FailingService(whileStarting ? CancellationToken.None : provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted))));
    }

    [Fact]
    public async Task AStopWhileStartingIsExitCode0()
    {
        Assert.Equal(0, await RunAsync(services => services.AddHostedService<ImpatientService>()));
    }

    [Fact]
    public async Task AnOrderlyStopIsExitCode0()
    {
        Assert.Equal(0, await RunAsync(services => services.AddHostedService<StoppingService>()));
    }

    [Fact]
    public async Task SaysThatItStopsAndHowLongThatMayTake()
    {
        await using var service = await ServiceProcess.StartAsync(("Shutdown:Timeout", "7.5"));
        Assert.Equal(0, await service.StopAsync());
        Assert.Contains(service.Output.Snapshot(), line => line.EndsWith("INF Stopping: what still runs has 7.5 s to end", StringComparison.Ordinal));
    }

    [Fact]
    public async Task KeepsNothingInTheHomeFolderOfItsUser()
    {
        await using var service = ServiceProcess.Create();
        var home = Directory.CreateDirectory(Path.Combine(service.Folder, "home")).FullName;
        service.Environment["HOME"] = home;
        await service.StartAsync();
        Assert.Equal("Hello, World", await service.Client.GetStringAsync("/hello/World", TestContext.Current.CancellationToken));
        Assert.Equal(0, await service.StopAsync());
        Assert.Empty(Directory.GetFileSystemEntries(home));
    }

    private static async Task<int> RunAsync(Action<IServiceCollection> add)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        add(builder.Services);
        return await builder.Build().RunToTheEndAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private sealed class FailingService(CancellationToken waitFor) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = waitFor.Register(signal.SetResult);
            await (waitFor.CanBeCanceled ? signal.Task : Task.CompletedTask);
            throw new InvalidOperationException("This service fails.");
        }
    }

    private sealed class ImpatientService(IHostApplicationLifetime lifetime) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken)
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        }
    }

    private sealed class StoppingService(IHostApplicationLifetime lifetime) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken)
        {
            lifetime.ApplicationStarted.Register(lifetime.StopApplication);
            return Task.CompletedTask;
        }
    }
}
