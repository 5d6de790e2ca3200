using Microsoft.Extensions.DependencyInjection;

namespace EchoService.Downloads.Completion;

internal static class CompletionExtensions
{
    /// <summary>Tells of the ends of jobs: by webhook where a job asks for it, by the operator's command where there is one.</summary>
    public static IServiceCollection AddCompletion(this IServiceCollection services)
    {
        services.AddSingleton<NoticeSignal>();
        services.AddSingleton<CompletionMetrics>();
        services.AddSingleton<CompletionWebhook>();
        services.AddSingleton<CompletionCommand>();
        services.AddHostedService<CompletionNotices>();
        return services;
    }
}
