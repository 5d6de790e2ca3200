using EchoService.Downloads;
using EchoService.Downloads.Engine;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Tests.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace EchoService.Tests.Downloads;

/// <summary>The engine alone, on a folder of its own, with a store that fails where the test says so.</summary>
internal sealed class EngineUnderTest : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("echoservice-engine-").FullName;
    private readonly ServiceProvider _services;

    /// <param name="instead">As for <see cref="StoreWithFaults"/>.</param>
    public EngineUnderTest(Func<string, object?> instead, params (string Key, string? Value)[] settings)
    {
        var services = new ServiceCollection();
        var configured = settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)).Append(new("Downloads:DataDirectory", _folder));
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(configured).Build());
        services.AddSingleton(TimeProvider.System);
        services.AddMetrics().AddLogging(logging => logging.AddProvider(Logs));
        services.AddDownloads();
        var original = services.Last(service => service.ServiceType == typeof(IDownloadStore)).ImplementationFactory!;
        services.Replace(ServiceDescriptor.Singleton(provider => StoreWithFaults.Of((IDownloadStore)original(provider), instead)));
        _services = services.BuildServiceProvider();
    }

    public LogCapture Logs { get; } = new();

    public DownloadEngine Engine => _services.GetRequiredService<DownloadEngine>();

    public JobControl Control => _services.GetRequiredService<JobControl>();

    public IDownloadStore Store => _services.GetRequiredService<IDownloadStore>();

    /// <summary>A job <c>one</c> of lines at a host that is none. With an error they have failed from the start. Returns its key.</summary>
    public async Task<long> PublishAsync(int items, JobOptions options, ErrorCode? error = null)
    {
        var token = TestContext.Current.CancellationToken;
        var key = await Store.ReceiveAsync("one", null, token);
        await Store.AppendAsync(
            key, [.. Enumerable.Range(1, items).Select(n => new NewItem(n, $"http://h.invalid/{n}", "h.invalid:80", BitConverter.GetBytes((long)n), error, null))], [], token);
        await Store.PublishAsync(key, items, options, null, token);
        _services.GetRequiredService<Wake>().Signal();
        return key;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
