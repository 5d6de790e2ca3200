using EchoService.Downloads.Fetching;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Logging;

namespace EchoService.Downloads.Engine;

/// <summary>Runs a lane: its items one after the other; what it does not get to goes back untried.</summary>
internal sealed class LaneWorker(
    ItemTransfer transfer,
    Committer committer,
    RunningLanes running,
    HostStarts starts,
    StorageHealth health,
    DownloadsMetrics metrics,
    TimeProvider time,
    ILogger<LaneWorker> logger)
{
    /// <summary>A lane gives up its turn after this long, so that a slow host's batch does not wait behind one slow item.</summary>
    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(5);

    public async Task RunAsync(RunningLane lane)
    {
        var begun = time.GetTimestamp();
        try
        {
            foreach (var item in lane.Lane.Items)
            {
                var entry = lane.Yielding || lane.Aborted.IsCancellationRequested || health.Trouble is not null
                    || time.GetElapsedTime(begun) > s_turn || !await StartsAsync(lane, begun)
                    ? Release(lane, item)
                    : await TransferAsync(lane, item);
                if (entry.Report!.Error?.RetryAfter is not null)
                {
                    running.YieldHost(lane.Lane.Host);
                }

                await committer.AddAsync(entry);
            }
        }
        finally
        {
            running.Remove(lane);
            await committer.AddAsync(CommitEntry.End(lane.Lane));
        }
    }

    /// <summary>Waits for the host's next start; false: not in this turn.</summary>
    private async ValueTask<bool> StartsAsync(RunningLane lane, long begun)
    {
        try
        {
            if (await starts.WaitAsync(lane.Lane, begun, lane.Aborted))
            {
                return true;
            }

            lane.Yield();
            return false;
        }
        catch (OperationCanceledException) when (lane.Aborted.IsCancellationRequested)
        {
            return false;
        }
        catch (StoreException exception)
        {
            health.Report(exception, logger);
            return false;
        }
    }

    private async Task<CommitEntry> TransferAsync(RunningLane lane, LaneItem item)
    {
        var begun = time.GetTimestamp();
        lane.Current = new LiveTransfer(item, begun);
        try
        {
            var (report, part) = await transfer.RunAsync(lane.Lane, item, lane.Aborted);
            metrics.ItemTook(time.GetElapsedTime(begun));
            return new CommitEntry(lane.Lane, report, part);
        }
        catch (OperationCanceledException) when (lane.Aborted.IsCancellationRequested)
        {
            return Release(lane, item);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StoreException)
        {
            health.Report(exception, logger);
            return Release(lane, item);
        }
        catch (Exception exception)
        {
            // Ours, not the origin's: the item must end all the same, and the log must tell why.
            DownloadsLog.TransferBroke(logger, exception, lane.Lane.JobId, item.Number);
            var error = new FetchError(ErrorCode.Storage, "The service failed to store this item.");
            return new CommitEntry(lane.Lane, new ItemReport(lane.Lane, item.Number, Outcome.Failed, Error: error), null);
        }
    }

    private static CommitEntry Release(RunningLane lane, LaneItem item) =>
        new(lane.Lane, new ItemReport(lane.Lane, item.Number, Outcome.Released, Kept: item.Kept), null);
}
