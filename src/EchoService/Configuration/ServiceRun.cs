using Microsoft.Extensions.Options;

namespace EchoService.Configuration;

internal static class ServiceRun
{
    /// <summary>
    /// Serves until it is told to stop, and answers the exit code. A background service that fails ends the host too, and the host
    /// calls that an end like any other: we do not.
    /// </summary>
    public static async Task<int> RunToTheEndAsync(this WebApplication app)
    {
        await using (app)
        {
            var services = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToArray();
            var timeout = app.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;
            using var stopping = app.Lifetime.ApplicationStopping.Register(() => app.Logger.Stopping(timeout.TotalSeconds));
            try
            {
                await app.StartAsync();
                await app.WaitForShutdownAsync();
            }
            catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // Told to stop while it was still starting.
            }

            return Array.Exists(services, service => service.ExecuteTask is { IsFaulted: true }) ? ExitCode.Failed : ExitCode.Stopped;
        }
    }
}
