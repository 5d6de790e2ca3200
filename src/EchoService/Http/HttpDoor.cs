using EchoService.Tcp;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace EchoService.Http;

/// <summary>Where HTTP listens. Registered after the channels: test clients take the last address.</summary>
internal sealed class HttpDoor(IOptions<HttpOptions> options, ILogger<HttpDoor> log) : IConfigureOptions<KestrelServerOptions>, IHostedLifecycleService
{
    private readonly List<ListenOptions> _listeners = [];

    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.Value.MaxBodyBytes;
        foreach (var address in ListenAddress.Here(options.Value.Address))
        {
            kestrel.Listen(address, options.Value.Port, _listeners.Add);
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var listener in _listeners)
        {
            log.Serving(listener.IPEndPoint!);
        }

        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
