using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Engine;

/// <summary>Jobs as users see them: the stored row with the live rate.</summary>
internal sealed class JobReader(IDownloadStore store, TransferRates rates, TimeProvider time)
{
    public async Task<JobAnswer?> FindAsync(string id, CancellationToken cancellationToken) => await store.FindJobAsync(id, cancellationToken) is { } job ? Read(job) : null;

    public JobAnswer Read(Job job) => JobAnswer.Of(job, job.State == JobState.Running ? rates.BytesPerSecond(job.Key) : 0, time);
}
