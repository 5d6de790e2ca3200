using System.Globalization;
using EchoService.Downloads.Content;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Engine;

/// <summary>
/// Leases lanes as slots get free and puts a worker on each. Stopping has two phases: nothing more is leased and transfers
/// end; then what was reported is committed, so that every lease is handed back before the process ends.
/// </summary>
internal sealed class DownloadEngine(
    IDownloadStore store,
    IContentStorage storage,
    StorageHealth health,
    RunningLanes running,
    LaneWorker worker,
    Committer committer,
    Wake wake,
    JobControl control,
    JobEvents events,
    IOptions<DownloadsOptions> options,
    TimeProvider time,
    ILogger<DownloadEngine> logger) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);

    private readonly DownloadsOptions _options = options.Value;
    private readonly TimeSpan _lease = TimeSpan.FromSeconds(options.Value.LeaseSeconds);
    private readonly string _node = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}");
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _givingUp = new();
    private readonly HashSet<Task> _workers = [];
    private Task _leasing = Task.CompletedTask;
    private Task _renewing = Task.CompletedTask;
    private Task _committing = Task.CompletedTask;
    private Task? _stopped;

    /// <summary>Takes up what a former process left, then begins to work. When this returns, all that was committed is in place.</summary>
    /// <exception cref="DataFolderException">The database or the folder cannot be read or written.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RecoverAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StoreException)
        {
            throw new DataFolderException(
                $"The data folder '{_options.DataDirectory}' cannot be taken up ({exception.Message}): make it whole (disk, rights, a copy of echoservice.db), or set Downloads:DataDirectory to another folder.", exception);
        }

        _committing = Task.Run(() => committer.RunAsync(_givingUp.Token), CancellationToken.None);
        _leasing = Task.Run(LeaseAsync, CancellationToken.None);
        _renewing = Task.Run(RenewAsync, CancellationToken.None);
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => _stopped is null ? _stopping.CancelAsync() : Task.CompletedTask;

    /// <summary>Once: a host may ask again while it is disposed of.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _stopped ??= StopOnceAsync(cancellationToken);

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
        await _leasing;
        await _renewing;
        await Task.WhenAll(_workers);
        committer.Complete();
        await _committing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        await store.PrepareAsync(cancellationToken);
        var unplaced = await store.RecoverAsync(_lease, cancellationToken);
        await storage.RemovePartsAsync(null, store.NamesPartAsync, cancellationToken);
        await storage.PlaceAsync(unplaced, cancellationToken);
        var result = await store.CommitAsync(new CommitBatch([], [], unplaced), cancellationToken);
        await storage.RemoveAsync(result.Lost, cancellationToken);
        await control.FinishAsync(cancellationToken);
    }

    private async Task LeaseAsync()
    {
        try
        {
            while (true)
            {
                await WhenWritableAsync();
                await wake.WaitAsync(await LeaseOnceAsync(), _stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    /// <summary>Leases what there is and starts workers. Returns how long to wait unless a signal comes first.</summary>
    private async Task<TimeSpan> LeaseOnceAsync()
    {
        _workers.RemoveWhere(task => task.IsCompleted);
        var slots = _options.Concurrency - running.Count;
        if (slots <= 0 && !store.IsShared)
        {
            return s_idle;
        }

        running.BeginClaim();
        var claim = await TryClaimAsync(new ClaimLimits(_node, Math.Max(slots, 0), _options.PerHost, _lease, _options.StartsPerSecondPerHost));
        events.Claimed(claim);
        foreach (var job in claim.Stopped)
        {
            // Another node was told to.
            running.AbortJob(job);
        }

        foreach (var lane in claim.Lanes)
        {
            Failpoint.Pass(Failpoint.AfterClaim);
            var started = running.Add(lane, _stopping.Token);
            _workers.Add(Task.Run(() => worker.RunAsync(started), CancellationToken.None));
        }

        return claim.GivenUp is { More: true } ? TimeSpan.Zero
            : claim.NextDue is not { } due ? s_idle
            : due <= TimeSpan.Zero ? s_poll
            : due < s_shortest ? s_shortest
            : due < s_idle ? due : s_idle;
    }

    private async Task<Claim> TryClaimAsync(ClaimLimits limits)
    {
        try
        {
            return await store.ClaimAsync(limits, _stopping.Token);
        }
        catch (StoreException exception)
        {
            if (health.Fail(exception.Message))
            {
                DownloadsLog.StorageFailed(logger, exception.Message);
            }

            return new Claim([], TimeSpan.Zero, [], []);
        }
    }

    private async Task WhenWritableAsync()
    {
        while (health.Trouble is not null)
        {
            await Task.Delay(health.Pause, time, _stopping.Token);
            if (await health.RecheckAsync(_stopping.Token))
            {
                DownloadsLog.StorageRecovered(logger);
            }
        }
    }

    /// <summary>Renews at a third of the lease. A lane that could not be renewed is stopped before its lease ends.</summary>
    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(_options.LeaseSeconds / 3), time);
        var renewed = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                var begun = time.GetTimestamp();
                if (await TryRenewAsync())
                {
                    renewed = begun;
                }
                else if (time.GetElapsedTime(renewed).TotalSeconds > _options.LeaseSeconds / 2)
                {
                    running.AbortAll();
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    private async Task<bool> TryRenewAsync()
    {
        try
        {
            foreach (var token in await store.RenewAsync([.. running.Tokens], _lease, _stopping.Token))
            {
                running.Abort(token);
            }

            return true;
        }
        catch (StoreException exception)
        {
            if (health.Fail(exception.Message))
            {
                DownloadsLog.StorageFailed(logger, exception.Message);
            }

            return false;
        }
    }
}
