using System.Globalization;
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
    StoreRecovery recovery,
    LeaseRenewal renewal,
    StorageHealth health,
    RunningLanes running,
    LaneWorker worker,
    Committer committer,
    Wake wake,
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
    private readonly string _node = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid().ToString("N")[..8]}");
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _givingUp = new();
    private readonly HashSet<Task> _workers = [];
    private readonly Lock _stop = new();
    private Task _leasing = Task.CompletedTask;
    private Task _renewing = Task.CompletedTask;
    private Task _listening = Task.CompletedTask;
    private Task _recovering = Task.CompletedTask;
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

        _committing = Task.Run(() => committer.RunAsync(_givingUp.Token), CancellationToken.None);
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
        await Task.WhenAll(_leasing, _renewing, _listening, _recovering);
        await Task.WhenAll(_workers);
        committer.Complete();
        await _committing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await HandBackAsync();
    }

    /// <summary>What a claim has leased whose answer got lost, or came after the last worker had ended.</summary>
    private async Task HandBackAsync()
    {
        try
        {
            await store.HandBackAsync(_node, _givingUp.Token);
        }
        catch (Exception exception) when (exception is StoreException or OperationCanceledException)
        {
            // The leases end by themselves.
        }
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
                _recovering = Task.Run(RecoverAsync, CancellationToken.None);
                return;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StoreException or DataFolderException)
            {
                Fail(exception);
                await Task.Delay(TimeSpan.FromSeconds(1), time, _stopping.Token);
            }
        }
    }

    /// <summary>Other nodes may die while this one lives: it looks as often as a lease lasts, and for abandoned parts less often.</summary>
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
                    Fail(exception);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    private void Fail(Exception exception)
    {
        if (exception is StoreException ? health.FailStore(exception.Message) : health.Fail(exception.Message))
        {
            DownloadsLog.StorageFailed(logger, exception.Message);
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

            while (true)
            {
                await wake.WaitAsync(await TryLeaseAsync(), _stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    /// <summary>Leases when things can be stored. Whatever happens there, the loop lives: without it all jobs would stand still.</summary>
    private async Task<TimeSpan> TryLeaseAsync()
    {
        try
        {
            await WhenWritableAsync();
            return await LeaseOnceAsync();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            DownloadsLog.LeasingBroke(logger, exception);
            return s_poll;
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

        return claim.GivenUp is { More: true } || claim.Lanes.Sum(lane => lane.Items.Count) >= ClaimLimits.MaxItems ? TimeSpan.Zero
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
            Fail(exception);
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
}
