using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Logging;

namespace EchoService.Downloads.Engine;

/// <summary>What happens to jobs, for the log and the metrics.</summary>
internal sealed class JobEvents(SqliteDownloadStore store, DownloadsMetrics metrics, ILogger<JobEvents> logger)
{
    /// <summary>Told of every batch that was committed; the command-line tool looks on through it.</summary>
    public Action<CommitBatch, CommitResult>? Watcher { get; set; }

    /// <param name="bad">Lines that are no URL.</param>
    /// <param name="skipped">Lines that repeat an earlier one.</param>
    /// <param name="ended">Nothing of the list can be fetched.</param>
    public void Received(Job job, int bad, int skipped, bool ended)
    {
        DownloadsLog.JobReceived(logger, job.Id, job.Total);
        metrics.ItemsEnded(ItemState.Failed, bad);
        metrics.ItemsEnded(ItemState.Skipped, skipped);
        if (ended)
        {
            Ended(job);
        }
    }

    public void Cancelled(Job job)
    {
        metrics.ItemsEnded(ItemState.Cancelled, job.Counts.Cancelled);
        Ended(job);
    }

    public void Committed(CommitBatch batch, CommitResult result)
    {
        Watcher?.Invoke(batch, result);
        foreach (var job in result.CompletedJobs.Select(store.FindJob).OfType<Job>())
        {
            Ended(job);
        }
    }

    private void Ended(Job job)
    {
        metrics.JobEnded(job.State);
        DownloadsLog.JobEnded(logger, job.Id, job.State, job.Counts.Done, job.Counts.Failed, job.Counts.Skipped, job.Counts.Cancelled);
    }
}
