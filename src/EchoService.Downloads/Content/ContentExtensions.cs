using EchoService.Downloads.Content.Disk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Content;

internal static class ContentExtensions
{
    /// <summary>The storage of files of the configured kind.</summary>
    public static void AddContentStorage(this IServiceCollection services)
    {
        services.AddSingleton<DataFolder>();
        services.AddSingleton<IContentStorage>(provider => provider.GetRequiredService<IOptions<DownloadsOptions>>().Value.Content.Kind switch
        {
            ContentKind.Disk => ActivatorUtilities.CreateInstance<DiskContentStorage>(provider),
            _ => throw new OptionsValidationException("", typeof(DownloadsOptions), ["Downloads:Content:Kind must be Disk in this version"]),
        });
    }
}
