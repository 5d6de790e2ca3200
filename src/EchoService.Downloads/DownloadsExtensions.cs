using EchoService.Downloads.Completion;
using EchoService.Downloads.Content;
using EchoService.Downloads.Engine;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Intake;
using EchoService.Downloads.Retention;
using EchoService.Downloads.Store;
using EchoService.Downloads.Watching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads;

public static class DownloadsExtensions
{
    /// <summary>The download engine: its options, store, content storage, fetcher and the hosted service that runs it.</summary>
    public static IServiceCollection AddDownloads(this IServiceCollection services)
    {
        services.AddOptions<DownloadsOptions>()
            .BindConfiguration(DownloadsOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<DownloadsOptions>, DownloadsOptionsValidator>();
        services.AddSingleton<IValidateOptions<DownloadsOptions>, DownloadsOptionsRules>();
        services.AddFetching();
        services.AddDownloadStore();
        services.AddContentStorage();
        services.AddSingleton<DownloadsMetrics>();
        services.AddSingleton<StorageHealth>();
        services.AddSingleton<RunningLanes>();
        services.AddSingleton<Wake>();
        services.AddSingleton<TransferRates>();
        services.AddSingleton<JobReader>();
        services.AddSingleton<JobFeeds>();
        services.AddSingleton<JobEvents>();
        services.AddSingleton<JobControl>();
        services.AddSingleton<JobIntake>();
        services.AddSingleton<Committer>();
        services.AddSingleton<CompanionDocument>();
        services.AddSingleton<ItemReceiver>();
        services.AddSingleton<ItemTransfer>();
        services.AddSingleton<HostStarts>();
        services.AddSingleton<LaneWorker>();
        services.AddSingleton<LeaseRenewal>();
        services.AddSingleton<StoreRecovery>();
        services.AddSingleton<LaneLeasing>();
        services.AddSingleton<DownloadEngine>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<DownloadEngine>());
        services.AddCompletion();
        services.AddHostedService<RetentionSweep>();
        return services;
    }
}
