using EchoService.Downloads.Completion;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Downloads.Watching;
using Microsoft.Extensions.Logging;

namespace EchoService.Downloads.Engine;

/// <summary>What happens to jobs, for the log, the metrics, those who watch and those who wait for their end. Told after it is committed.</summary>
internal sealed class JobEvents(
    IDownloadStore store,
    DownloadsMetrics metrics,
    TransferRates rates,
    JobFeeds feeds,
    NoticeSignal notices,
    ILogger<JobEvents> logger)
{
    /// <summary>Told of every batch that was committed; the command-line tool looks on through it.</summary>
    public Action<CommitBatch, CommitResult>? Watcher { get; set; }

    /// <param name="bad">Lines that are no URL.</param>
    /// <param name="skipped">Lines that repeat an earlier one.</param>
    /// <param name="ended">Nothing of the list can be fetched.</param>
    public void Received(Job job, int bad, int skipped, bool ended)
    {
        DownloadsLog.JobReceived(logger, job.Id, job.Total);
        metrics.ItemsFailed(ErrorCode.InvalidUrl, bad);
        metrics.ItemsSkipped(skipped);
        if (ended)
        {
            Ended(job);
        }
    }

    public void Claimed(Claim claim)
    {
        foreach (var id in claim.Started)
        {
            DownloadsLog.JobStarted(logger, id);
            feeds.Of(id)?.Job();
        }

        if (claim.GivenUp is { } givenUp)
        {
            GivenUp(givenUp);
        }

        foreach (var lane in claim.Lanes)
        {
            if (feeds.Of(lane.JobId) is { } changes)
            {
                foreach (var item in lane.Items)
                {
                    changes.Item(item.Number);
                }
            }
        }
    }

    public void Paused(Job job)
    {
        DownloadsLog.JobPaused(logger, job.Id);
        feeds.Of(job.Id)?.Job();
    }

    public void Resumed(Job job)
    {
        DownloadsLog.JobResumed(logger, job.Id);
        feeds.Of(job.Id)?.Job();
    }

    /// <summary>The job runs again; its items follow.</summary>
    public void Retrying(RetryUnderWay retry)
    {
        DownloadsLog.JobRetried(logger, retry.JobId, retry.Code?.Text() ?? "all");
        feeds.Of(retry.JobId)?.Job();
    }

    /// <param name="ended">The job has ended again meanwhile.</param>
    public async Task RetriedAsync(RetryUnderWay retry, bool ended, CancellationToken cancellationToken)
    {
        feeds.Of(retry.JobId)?.ManyItems();
        if (ended && await store.FindJobAsync(retry.JobId, cancellationToken) is { } job)
        {
            Ended(job);
        }
    }

    public void UrlReplaced(string id, int number)
    {
        DownloadsLog.UrlReplaced(logger, number, id);
        feeds.Of(id)?.Item(number);
    }

    public void Cancelled(Job job, int items)
    {
        metrics.ItemsCancelled(items);
        feeds.Of(job.Id)?.ManyItems();
        Ended(job);
    }

    /// <summary>One that had broken off; how many items it was of nobody knows any more.</summary>
    public void CancelEnded(string id)
    {
        feeds.Of(id)?.ManyItems();
        notices.Signal();
    }

    public void NotRemoved(string id, Exception reason) => DownloadsLog.JobNotRemoved(logger, id, reason.Message);

    /// <param name="job">As it was before.</param>
    public void Deleted(Job job)
    {
        if (!job.Ended)
        {
            metrics.ItemsCancelled(job.Counts.Queued + job.Counts.Running);
            metrics.JobEnded(JobState.Cancelled);
            notices.Signal();
        }

        rates.Forget(job.Key);
        feeds.Of(job.Id)?.Job();
        DownloadsLog.JobDeleted(logger, job.Id);
    }

    public async Task CommittedAsync(CommitBatch batch, CommitResult result, CancellationToken cancellationToken)
    {
        foreach (var (report, reported) in batch.Reports.Zip(result.Reports))
        {
            if (reported.Accepted && feeds.Of(report.Lane.JobId) is { } changes)
            {
                Changed(changes, report);
            }
        }

        foreach (var placement in batch.Placed)
        {
            feeds.Of(placement.JobId)?.Item(placement.Number);
        }

        Watcher?.Invoke(batch, result);
        foreach (var id in result.CompletedJobs)
        {
            if (await store.FindJobAsync(id, cancellationToken) is { } job)
            {
                Ended(job);
            }
        }
    }

    private void GivenUp(GivenUp host)
    {
        DownloadsLog.HostGivenUp(logger, host.Host, host.JobId, host.Items, host.Error);
        metrics.ItemsFailed(host.Code, host.Items);
        feeds.Of(host.JobId)?.ManyItems();
        if (host.Ended is { } job)
        {
            Ended(job);
        }
    }

    /// <summary>An item that takes over another one's name changes that one too.</summary>
    private static void Changed(JobChanges changes, ItemReport report)
    {
        if (report.File?.OnConflict == OnConflict.Overwrite)
        {
            changes.ManyItems();
        }

        changes.Item(report.Number);
    }

    private void Ended(Job job)
    {
        feeds.Of(job.Id)?.Job();
        notices.Signal();
        rates.Forget(job.Key);
        metrics.JobEnded(job.State);
        DownloadsLog.JobEnded(logger, job.Id, job.State, job.Counts.Done, job.Counts.Failed, job.Counts.Skipped, job.Counts.Cancelled);
    }
}
