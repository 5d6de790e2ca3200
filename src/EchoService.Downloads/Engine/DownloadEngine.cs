using System.Globalization;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Engine;

/// <summary>
/// Starts and stops what downloads. Stopping has two phases: nothing more is leased and transfers end; then what was reported is committed,
/// so that every lease is handed back before the process ends.
/// </summary>
internal sealed class DownloadEngine(
    IDownloadStore store,
    StoreRecovery recovery,
    LeaseRenewal renewal,
    StorageHealth health,
    LaneLeasing leasing,
    Committer committer,
    Wake wake,
    IOptions<DownloadsOptions> options,
    TimeProvider time,
    ILogger<DownloadEngine> logger) : IHostedLifecycleService, IDisposable
{
    private readonly DownloadsOptions _options = options.Value;
    private readonly TimeSpan _lease = TimeSpan.FromSeconds(options.Value.LeaseSeconds);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _givingUp = new();
    private readonly Lock _stop = new();
    private Task _leasing = Task.CompletedTask;
    private Task _renewing = Task.CompletedTask;
    private Task _listening = Task.CompletedTask;
    private Task _committing = Task.CompletedTask;
    private Task? _stopped;

    /// <summary>
    /// Takes up what a former process left, then begins to work. A shared store is waited for meanwhile, and the service is not ready; with
    /// one of our own all that was committed is in place when this returns.
    /// </summary>
    /// <exception cref="DataFolderException">The database or the folder cannot be read or written.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!store.IsShared)
        {
            await TakeUpAsync(cancellationToken);
        }

        _committing = Task.Run(CommitAsync, CancellationToken.None);
        _leasing = Task.Run(LeaseAsync, CancellationToken.None);
        _renewing = Task.Run(() => renewal.RunAsync(_stopping.Token), CancellationToken.None);
        _listening = Task.Run(() => store.ListenAsync(wake.Signal, _stopping.Token), CancellationToken.None);
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        lock (_stop)
        {
            return _stopped is null ? _stopping.CancelAsync() : Task.CompletedTask;
        }
    }

    /// <summary>Once, for all that ask: a host may be told to stop from several sides at the same time, and disposes of us after the first that is through.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_stop)
        {
            return _stopped ??= StopOnceAsync(cancellationToken);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stopping.Dispose();
        _givingUp.Dispose();
    }

    private async Task StopOnceAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await using var deadline = cancellationToken.Register(_givingUp.Cancel);
        await Task.WhenAll(_leasing, _renewing, _listening);
        await leasing.WorkersEndAsync();
        committer.Complete();
        await _committing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await leasing.HandBackAsync(_givingUp.Token);
    }

    private async Task TakeUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            await recovery.BeginAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StoreException)
        {
            throw new DataFolderException(
                $"The data folder '{_options.DataDirectory}' cannot be taken up ({exception.Message}): make it whole (disk, rights, a copy of echoservice.db), or set Downloads:DataDirectory to another folder.", exception);
        }
    }

    /// <summary>The service may start before its database does.</summary>
    private async Task TakeUpSharedAsync()
    {
        while (true)
        {
            try
            {
                await recovery.BeginAsync(_stopping.Token);
                return;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StoreException or DataFolderException)
            {
                health.Report(exception, logger);
                await Task.Delay(TimeSpan.FromSeconds(1), time, _stopping.Token);
            }
        }
    }

    /// <summary>Other nodes may die while this one lives, and what users began may break off: it looks as often as a lease lasts, and for abandoned parts less often.</summary>
    private async Task RecoverAsync()
    {
        const int RoundsBetweenParts = 20;
        try
        {
            for (var round = 1; ; round++)
            {
                await Task.Delay(_lease, time, _stopping.Token);
                try
                {
                    await recovery.RepeatAsync(round % RoundsBetweenParts == 0, _stopping.Token);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StoreException)
                {
                    health.Report(exception, logger);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    /// <summary>Once nothing is committed any more nothing is fetched either: what is leased is nobody's when its lease has ended.</summary>
    private async Task CommitAsync()
    {
        try
        {
            await committer.RunAsync(_givingUp.Token);
        }
        catch (Exception exception) when (!_givingUp.IsCancellationRequested)
        {
            health.Report(exception, logger);
            throw;
        }
        finally
        {
            await _stopping.CancelAsync();
            await committer.DrainAsync();
        }
    }

    private async Task LeaseAsync()
    {
        try
        {
            if (store.IsShared)
            {
                await TakeUpSharedAsync();
            }

            await Task.WhenAll(RecoverAsync(), leasing.RunAsync(_stopping.Token));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }
}
