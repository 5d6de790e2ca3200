using EchoService.Tcp.Proxy;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace EchoService.Http;

/// <summary>The client, scheme and host that a trusted proxy tells of. From everybody else these headers mean nothing.</summary>
internal static class Forwarding
{
    public static void AddForwarding(this IServiceCollection services)
    {
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<HttpOptions>>((forwarded, http) =>
        {
            forwarded.ForwardedHeaders = http.Value.TrustedProxies.Count == 0
                ? ForwardedHeaders.None
                : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            forwarded.ForwardLimit = null; // as far as the chain is trusted
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var proxy in http.Value.TrustedProxies)
            {
                forwarded.KnownIPNetworks.Add(TrustedNetworks.TryParse(proxy, out var network) ? network : default);
            }
        });
    }
}
