using EchoService.Tcp;
using EchoService.Tcp.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace EchoService.Http;

/// <summary>Where HTTP listens. Registered after the channels: test clients take the last address.</summary>
internal sealed class HttpDoor(IOptions<HttpOptions> options, HttpGate gate, ILogger<HttpDoor> log) : IConfigureOptions<KestrelServerOptions>, IHostedLifecycleService
{
    private readonly List<ListenOptions> _listeners = [];

    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        SetLimits(kestrel.Limits);
        var certificates = options.Value.Tls is { } tls ? new ChannelCertificates($"{HttpOptions.Section}:Tls", tls, log) : null;
        foreach (var address in ListenAddress.Here(options.Value.Address))
        {
            kestrel.Listen(address, options.Value.Port, listener =>
            {
                _listeners.Add(listener);
                listener.Use(gate.Guard);
                if (certificates is not null)
                {
                    listener.UseHttps(new TlsHandshakeCallbackOptions
                    {
                        OnConnection = connection => new(certificates.For(connection.ClientHelloInfo.ServerName)),
                    });
                }
            });
        }
    }

    /// <summary>
    /// What Kestrel refuses before it has understood a request, it refuses with a bare status. So its limits of the first line and of the headers are
    /// twice ours, and <see cref="RequestRules"/> answers what lies between with a problem.
    /// </summary>
    private void SetLimits(KestrelServerLimits limits)
    {
        var ours = options.Value.Limits;
        limits.MaxRequestBodySize = options.Value.MaxBodyBytes;
        limits.MaxRequestLineSize = 2 * ours.UrlBytes;
        limits.MaxRequestHeadersTotalSize = 2 * ours.HeaderBytes;
        limits.Http2.MaxRequestHeaderFieldSize = 2 * ours.HeaderBytes;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(ours.HeaderSeconds);
        var slowest = ours.MinBytesPerSecond == 0 ? null : new MinDataRate(ours.MinBytesPerSecond, TimeSpan.FromSeconds(ours.GraceSeconds));
        limits.MinRequestBodyDataRate = slowest;
        limits.MinResponseDataRate = slowest;
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
