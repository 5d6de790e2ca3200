using System.Net;
using EchoService.Tcp;
using EchoService.Tcp.Faults;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace EchoService.Lab;

/// <summary>Hands the lab's addresses to Kestrel, with the faults in front of HTTP.</summary>
internal sealed class LabListeners(LabServers servers, FaultMetrics metrics, TimeProvider time, ILogger<LabListeners> logger) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions options)
    {
        foreach (var server in servers.All)
        {
            metrics.Watch(server.Faults, http: true);
            LabEndPoint? twin = null;
            foreach (var address in ListenAddress.Here(server.Options.Address))
            {
                twin = new LabEndPoint(server, address, twin);
                options.Listen(twin, listen => Build(listen, server));
            }
        }
    }

    private void Build(ListenOptions listen, LabServer server)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => context =>
        {
            context.Features.Set(server);
            return next(context);
        });
        listen.UseFaults(server.Faults, isNumbered: true, time, logger);
    }
}

/// <summary>An address of a lab server; being a type of its own, it leads Kestrel to <see cref="LabTransport"/>.</summary>
/// <param name="twin">The address before it of the same server, and so the same port when a free one is asked for.</param>
internal sealed class LabEndPoint(LabServer server, IPAddress address, LabEndPoint? twin) : IPEndPoint(address, server.Options.Port ?? 0)
{
    public LabServer Server { get; } = server;

    public bool IsTwin { get; } = twin is not null;
}
