using EchoService.Tcp.Faults;
using EchoService.Tcp.Proxy;
using EchoService.Tcp.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EchoService.Tcp;

public static class TcpExtensions
{
    /// <summary>The channels of section <c>Tcp</c>, as Kestrel listeners. To be called after Kestrel is there: the last transport is asked first.</summary>
    public static IServiceCollection AddTcpChannels(this IServiceCollection services)
    {
        services.AddOptions<TcpOptions>()
            .BindConfiguration(TcpOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<TcpOptions>, TcpOptionsValidator>();
        services.AddSingleton<IValidateOptions<TcpOptions>, ProxyOptionsValidator>();
        services.AddSingleton<IValidateOptions<TcpOptions>, TlsOptionsValidator>();
        services.AddSingleton<IValidateOptions<TcpOptions>, FaultOptionsValidator>();
        services.AddSingleton<ChannelTable>();
        services.AddSingleton<ConnectionClock>();
        services.AddSingleton<RecentlyClosed>();
        services.AddSingleton<LiveConnections>();
        services.AddSingleton<FrontDoor>();
        services.AddSingleton<TcpMetrics>();
        services.AddSingleton<FaultMetrics>();
        services.AddSingleton<ChannelPipeline>();
        services.AddSingleton<WebSocketChannels>();
        services.AddSingleton(provider => new TcpReadiness(provider.GetRequiredService<ChannelTable>(), provider.GetRequiredService<IHostApplicationLifetime>()));
        services.AddSingleton<IConnectionListenerFactory, ChannelTransport>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, ChannelListeners>();
        services.AddHostedService<ConnectionSweep>();
        foreach (var handler in ChannelKinds.Handlers)
        {
            services.AddSingleton(handler);
        }

        return services;
    }
}
