using Microsoft.Extensions.DependencyInjection;

namespace EchoService.Tcp;

public static class TcpExtensions
{
    public static IServiceCollection AddTcpChannels(this IServiceCollection services) => services;
}
