using Microsoft.Extensions.DependencyInjection;

namespace EchoService.Downloads;

public static class DownloadsExtensions
{
    public static IServiceCollection AddDownloads(this IServiceCollection services) => services;
}
