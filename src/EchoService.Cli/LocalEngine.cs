using System.Diagnostics.Metrics;
using EchoService.Downloads;
using EchoService.Downloads.Content;
using EchoService.Downloads.Fetching;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EchoService.Cli;

/// <summary>The service's download engine in this process, without a host around it: that would cost a short program its start.</summary>
internal sealed class LocalEngine : IAsyncDisposable
{
    /// <summary>How long what was fetched may take to be saved at the end.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly ServiceProvider _services;
    private bool _started;

    public LocalEngine(DataFolder folder, FetcherSettings fetching, Action<DownloadsOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IMeterFactory, OwnMeters>();
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddSingleton(fetching);
        services.AddDownloads();
        services.AddSingleton(_ => folder);
        services.Configure(configure);
        _services = services.BuildServiceProvider();
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public async Task StartAsync(CancellationToken token)
    {
        foreach (var service in _services.GetServices<IHostedService>())
        {
            await service.StartAsync(token);
        }

        _started = true;
    }

    /// <summary>Begins nothing more, saves what is fetched, and keeps what is half-fetched for the next run.</summary>
    public async Task StopAsync()
    {
        if (_started)
        {
            _started = false;
            using var patience = new CancellationTokenSource(s_patience);
            foreach (var service in _services.GetServices<IHostedService>().Reverse())
            {
                await service.StopAsync(patience.Token);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _services.DisposeAsync();
    }

    /// <summary>Nobody collects measurements here.</summary>
    private sealed class OwnMeters : IMeterFactory
    {
        private readonly List<Meter> _meters = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options);
            _meters.Add(meter);
            return meter;
        }

        public void Dispose() => _meters.ForEach(meter => meter.Dispose());
    }
}
