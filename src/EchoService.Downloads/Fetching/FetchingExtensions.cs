using EchoService.Downloads.Egress;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Fetching;

internal static class FetchingExtensions
{
    /// <summary>The one <see cref="Fetcher"/> and what guards it. A <see cref="FetcherSettings"/> that is registered is used.</summary>
    public static IServiceCollection AddFetching(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Fetcher>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DownloadsOptions>, EgressOptionsValidator>());
        return services;
    }
}
