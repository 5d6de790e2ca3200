using EchoService.Downloads.Content;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Engine;

/// <summary>What a user does to a job: the store's change first, then this node's transfers of it.</summary>
internal sealed class JobControl(SqliteDownloadStore store, DiskContentStorage storage, RunningLanes running, JobEvents events)
{
    public async Task<ControlResult> CancelAsync(string id, CancellationToken cancellationToken)
    {
        var result = await store.CancelAsync(id, cancellationToken);
        if (result == ControlResult.Done && store.FindJob(id) is { } job)
        {
            running.AbortJob(job.Key);
            storage.RemoveParts(id, store.NamesPart);
            events.Cancelled(job);
        }

        return result;
    }

    /// <summary>Cancels the job and removes it with its files.</summary>
    public async Task<ControlResult> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        var (result, job) = await store.BeginDeleteAsync(id, cancellationToken);
        if (job is not null)
        {
            running.AbortJob(job.Key);
            await RemoveAsync(job.Key, id, CancellationToken.None);
        }

        return result;
    }

    /// <summary>Ends what a restart broke off in the middle.</summary>
    public async Task FinishStopsAsync(CancellationToken cancellationToken)
    {
        foreach (var (key, id, state) in store.UnfinishedStops())
        {
            await (state == JobState.Deleting ? RemoveAsync(key, id, cancellationToken) : store.CancelQueuedAsync(key, cancellationToken));
        }
    }

    private async Task RemoveAsync(long key, string id, CancellationToken cancellationToken)
    {
        await store.RemoveRowsAsync(key, cancellationToken);
        storage.RemoveParts(id, store.NamesPart);
        storage.RemoveJob(id);
    }
}
