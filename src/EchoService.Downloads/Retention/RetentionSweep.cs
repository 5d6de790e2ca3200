using EchoService.Downloads.Engine;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Retention;

/// <summary>Removes ended jobs that are too old or take too much room, oldest first, once a minute.</summary>
internal sealed class RetentionSweep(
    IDownloadStore store, JobControl control, IOptions<DownloadsOptions> options, TimeProvider time, ILogger<RetentionSweep> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);

    private readonly RetentionOptions _options = options.Value.Retention;

    /// <summary>Removes what is due now.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        while (await store.OldestEndedAsync(cancellationToken) is { } oldest && await IsDueAsync(oldest.Age, cancellationToken))
        {
            if (await control.DeleteEndedAsync(oldest.Id, cancellationToken) == ControlResult.Done)
            {
                RetentionLog.Removed(logger, oldest.Id, oldest.Age);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_options is { Days: 0, MaxBytes: 0 })
        {
            return;
        }

        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StoreException)
            {
                RetentionLog.Failed(logger, exception.Message);
            }
        }
    }

    private async Task<bool> IsDueAsync(TimeSpan age, CancellationToken cancellationToken) =>
        (_options.Days > 0 && age >= TimeSpan.FromDays(_options.Days))
        || (_options.MaxBytes > 0 && await store.AllBytesAsync(cancellationToken) > _options.MaxBytes);
}

internal static partial class RetentionLog
{
    [LoggerMessage(40, LogLevel.Information, "Job {Job}, which ended {Age} ago, is removed by Downloads:Retention")]
    public static partial void Removed(ILogger logger, string job, TimeSpan age);

    [LoggerMessage(41, LogLevel.Error, "Downloads:Retention could not remove a job: {Reason}")]
    public static partial void Failed(ILogger logger, string reason);
}
