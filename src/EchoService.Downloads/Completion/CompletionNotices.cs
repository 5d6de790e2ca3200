using System.Collections.Concurrent;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Completion;

/// <summary>
/// Tells of the ends of jobs what the store says is to be told, several at once. A row goes when it is told or given up, so a restart
/// tells again what was not through: at least once.
/// </summary>
internal sealed class CompletionNotices(
    IDownloadStore store,
    CompletionWebhook webhook,
    CompletionCommand command,
    NoticeSignal signal,
    IOptions<DownloadsOptions> options,
    TimeProvider time,
    ILogger<CompletionNotices> logger) : BackgroundService
{
    private const int WebhooksAtOnce = 16;
    private const int Page = 200;
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<long, Task> _underWay = new();
    private readonly SemaphoreSlim _webhooks = new(WebhooksAtOnce);
    private readonly SemaphoreSlim _commands = new(options.Value.OnComplete.Concurrency);

    public override void Dispose()
    {
        _webhooks.Dispose();
        _commands.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                await signal.WaitAsync(await BeginAsync(stoppingToken), stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(_underWay.Values);
        }
    }

    /// <summary>Begins what is due. Returns how long to wait for what is not.</summary>
    private async Task<TimeSpan> BeginAsync(CancellationToken stopping)
    {
        try
        {
            var due = await store.DueNoticesAsync(Page + _underWay.Count, stopping);
            foreach (var notice in due.Where(notice => !_underWay.ContainsKey(notice.Key)))
            {
                var begun = new TaskCompletionSource();
                _underWay[notice.Key] = begun.Task;
                _ = Task.Run(() => TellAsync(notice, begun, stopping), CancellationToken.None);
            }

            return await store.NextNoticeAsync(stopping) is { } next && next < s_idle ? TimeSpan.FromMicroseconds(Math.Max(next.TotalMicroseconds, 1_000)) : s_idle;
        }
        catch (StoreException exception)
        {
            CompletionLog.Broke(logger, exception);
            return s_idle;
        }
    }

    private async Task TellAsync(Notice notice, TaskCompletionSource ended, CancellationToken stopping)
    {
        var slots = notice.Kind == NoticeKind.Webhook ? _webhooks : _commands;
        try
        {
            await slots.WaitAsync(stopping);
            try
            {
                await TellAsync(notice, stopping);
            }
            finally
            {
                slots.Release();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The row is still there: the next start tells it.
        }
        catch (Exception exception)
        {
            // The row is due still: without a pause this would go round and round.
            CompletionLog.Broke(logger, exception);
            await Task.WhenAny(Task.Delay(s_pause, time, stopping));
        }
        finally
        {
            _underWay.TryRemove(notice.Key, out _);
            ended.SetResult();
            signal.Signal();
        }
    }

    private async Task TellAsync(Notice notice, CancellationToken stopping)
    {
        // A job that was queued anew meanwhile tells of its next end.
        TimeSpan? again = null;
        if (await store.JobOfAsync(notice, stopping) is { Ended: true } job)
        {
            if (notice.Kind == NoticeKind.Webhook)
            {
                again = await webhook.TellAsync(notice, job, stopping);
            }
            else if (command.Wanted)
            {
                await command.RunAsync(job, stopping);
            }
        }

        await (again is { } pause ? store.PostponeAsync(notice, pause, stopping) : store.RemoveAsync(notice, stopping));
    }
}
