using System.Globalization;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Engine;

/// <summary>Leases lanes as slots get free and puts a worker on each.</summary>
internal sealed class LaneLeasing(
    IDownloadStore store,
    StorageHealth health,
    RunningLanes running,
    LaneWorker worker,
    Wake wake,
    JobEvents events,
    IOptions<DownloadsOptions> options,
    TimeProvider time,
    ILogger<LaneLeasing> logger)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);

    private readonly DownloadsOptions _options = options.Value;
    private readonly TimeSpan _lease = TimeSpan.FromSeconds(options.Value.LeaseSeconds);
    private readonly string _node = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid().ToString("N")[..8]}");
    private readonly HashSet<Task> _workers = [];

    /// <summary>Leases until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            await wake.WaitAsync(await TryLeaseAsync(stopping), stopping);
        }
    }

    /// <summary>When nothing more is leased.</summary>
    public Task WorkersEndAsync() => Task.WhenAll(_workers);

    /// <summary>What a claim has leased whose answer got lost, or came after the last worker had ended.</summary>
    public async Task HandBackAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.HandBackAsync(_node, cancellationToken);
        }
        catch (Exception exception) when (exception is StoreException or OperationCanceledException)
        {
            // The leases end by themselves.
        }
    }

    /// <summary>Leases when things can be stored. Whatever happens there, the loop lives: without it all jobs would stand still.</summary>
    private async Task<TimeSpan> TryLeaseAsync(CancellationToken stopping)
    {
        try
        {
            await WhenWritableAsync(stopping);
            return await LeaseOnceAsync(stopping);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            DownloadsLog.LeasingBroke(logger, exception);
            return s_poll;
        }
    }

    /// <summary>Leases what there is and starts workers. Returns how long to wait unless a signal comes first.</summary>
    private async Task<TimeSpan> LeaseOnceAsync(CancellationToken stopping)
    {
        _workers.RemoveWhere(task => task.IsCompleted);
        var slots = _options.Concurrency - running.Count;
        if (slots <= 0 && !store.IsShared)
        {
            return s_idle;
        }

        running.BeginClaim();
        var claim = await TryClaimAsync(new ClaimLimits(_node, Math.Max(slots, 0), _options.PerHost, _lease, _options.StartsPerSecondPerHost), stopping);
        events.Claimed(claim);
        foreach (var job in claim.Stopped)
        {
            // Another node was told to.
            running.AbortJob(job);
        }

        foreach (var lane in claim.Lanes)
        {
            Failpoint.Pass(Failpoint.AfterClaim);
            var started = running.Add(lane, stopping);
            _workers.Add(Task.Run(() => worker.RunAsync(started), CancellationToken.None));
        }

        return claim.GivenUp is { More: true } || claim.Lanes.Sum(lane => lane.Items.Count) >= ClaimLimits.MaxItems ? TimeSpan.Zero
            : claim.NextDue is not { } due ? s_idle
            : due <= TimeSpan.Zero ? s_poll
            : due < s_shortest ? s_shortest
            : due < s_idle ? due : s_idle;
    }

    private async Task<Claim> TryClaimAsync(ClaimLimits limits, CancellationToken stopping)
    {
        try
        {
            return await store.ClaimAsync(limits, stopping);
        }
        catch (StoreException exception)
        {
            health.Report(exception, logger);
            return new Claim([], TimeSpan.Zero, [], []);
        }
    }

    private async Task WhenWritableAsync(CancellationToken stopping)
    {
        while (health.Trouble is not null)
        {
            await Task.Delay(health.Pause, time, stopping);
            if (await health.RecheckAsync(stopping))
            {
                DownloadsLog.StorageRecovered(logger);
            }
        }
    }
}
