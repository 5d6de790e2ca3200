using EchoService.Downloads.Content.Disk;
using EchoService.Downloads.Content.S3;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Content;

internal static class ContentExtensions
{
    /// <summary>The storage of files of the configured kind.</summary>
    public static void AddContentStorage(this IServiceCollection services)
    {
        services.AddSingleton<DataFolder>();
        services.AddSingleton(provider => new S3Objects(provider.GetRequiredService<IOptions<DownloadsOptions>>().Value.Content));
        services.AddSingleton<IContentStorage>(provider => provider.GetRequiredService<IOptions<DownloadsOptions>>().Value.Content.Kind switch
        {
            ContentKind.Disk => ActivatorUtilities.CreateInstance<DiskContentStorage>(provider),
            _ => ActivatorUtilities.CreateInstance<S3ContentStorage>(provider),
        });
        services.AddHostedService(provider =>
            ActivatorUtilities.CreateInstance<S3Sweep>(provider, new Lazy<S3Objects>(provider.GetRequiredService<S3Objects>)));
    }
}
