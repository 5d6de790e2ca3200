using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Logging;

namespace EchoService.Downloads.Engine;

/// <summary>What happens to jobs, for the log and the metrics.</summary>
internal sealed class JobEvents(SqliteDownloadStore store, DownloadsMetrics metrics, ILogger<JobEvents> logger)
{
    public void Received(Job job)
    {
        DownloadsLog.JobReceived(logger, job.Id, job.Total);
        if (job.Ended)
        {
            Ended(job);
        }
    }

    public void Committed(CommitBatch batch, CommitResult result)
    {
        foreach (var job in result.CompletedJobs.Select(store.FindJob).OfType<Job>())
        {
            Ended(job);
        }
    }

    public void Ended(Job job)
    {
        metrics.JobEnded(job.State);
        DownloadsLog.JobEnded(logger, job.Id, job.State, job.Counts.Done, job.Counts.Failed, job.Counts.Skipped, job.Counts.Cancelled);
    }
}
