using EchoService.Downloads.Content;
using EchoService.Downloads.Store.Postgres;
using EchoService.Downloads.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Store;

internal static class StoreExtensions
{
    /// <summary>The store of the configured kind.</summary>
    public static void AddDownloadStore(this IServiceCollection services)
    {
        services.AddSingleton(provider => new SqliteDownloadStore(
            provider.GetRequiredService<DataFolder>().Database, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IDownloadStore>(provider => provider.GetRequiredService<IOptions<DownloadsOptions>>().Value.Store.Kind switch
        {
            StoreKind.Sqlite => provider.GetRequiredService<SqliteDownloadStore>(),
            _ => provider.GetRequiredService<PostgresDownloadStore>(),
        });
        services.AddSingleton(provider => new PostgresDatabase(
            provider.GetRequiredService<IOptions<DownloadsOptions>>().Value.Store, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<PostgresDownloadStore>();
    }
}
