using System.Security.Cryptography;
using System.Text;
using EchoService.Downloads.Content;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Engine;

/// <summary>What a user does to a job: the store's change first, then this node's transfers of it.</summary>
internal sealed class JobControl(IDownloadStore store, IContentStorage storage, RunningLanes running, Wake wake, JobEvents events)
{
    /// <summary>Begins no more transfers and breaks off those that run: they go back to the queue, no attempt is used up.</summary>
    public async Task<ControlResult> PauseAsync(string id, CancellationToken cancellationToken)
    {
        var (result, job) = await store.SwitchAsync(id, JobState.Running, JobState.Paused, cancellationToken);
        if (result == ControlResult.Done)
        {
            running.AbortJob(job!.Key);
            events.Paused(job);
        }

        return result;
    }

    public async Task<ControlResult> ResumeAsync(string id, CancellationToken cancellationToken)
    {
        var (result, job) = await store.SwitchAsync(id, JobState.Paused, JobState.Running, cancellationToken);
        if (result == ControlResult.Done)
        {
            wake.Signal();
            events.Resumed(job!);
        }

        return result;
    }

    public async Task<ControlResult> CancelAsync(string id, CancellationToken cancellationToken)
    {
        var (result, before) = await store.BeginCancelAsync(id, cancellationToken);
        if (result != ControlResult.Done)
        {
            return result;
        }

        // The job is cancelled by now; a caller who leaves does not stop half-way what it has begun.
        await store.CancelQueuedAsync(before!.Key, CancellationToken.None);
        if (await store.FindJobAsync(id, CancellationToken.None) is { } job)
        {
            running.AbortJob(job.Key);
            await storage.RemovePartsAsync(id, store.NamesPartAsync, CancellationToken.None);
            events.Cancelled(job, job.Counts.Cancelled - before.Counts.Cancelled);
        }

        return result;
    }

    /// <summary>Queues failed items again, with all their attempts before them.</summary>
    /// <param name="code">Only those with this error; null: all.</param>
    public async Task<ControlResult> RetryAsync(string id, ErrorCode? code, CancellationToken cancellationToken)
    {
        var (result, retry) = await store.BeginRetryAsync(id, code, cancellationToken);
        if (retry is not null)
        {
            await QueueFailedAsync(retry, CancellationToken.None);
        }

        return result;
    }

    /// <summary>Gives an item that has not ended well another URL, and queues it.</summary>
    /// <param name="url">Has passed <see cref="FetchUrl.TryParse"/>.</param>
    public async Task<(ControlResult Result, Item? Item)> ReplaceUrlAsync(string id, int number, Uri url, CancellationToken cancellationToken)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(url.AbsoluteUri))[..16];
        var (result, item, part) = await store.ReplaceUrlAsync(id, number, url.AbsoluteUri, FetchUrl.HostKey(url), hash, cancellationToken);
        if (result == ControlResult.Done)
        {
            if (part is { } token)
            {
                await storage.RemovePartAsync(id, number, token, cancellationToken);
            }

            wake.Signal();
            events.UrlReplaced(id, number);
        }

        return (result, item);
    }

    /// <summary>Cancels the job and removes it with its files.</summary>
    public Task<ControlResult> DeleteAsync(string id, CancellationToken cancellationToken) => DeleteAsync(id, _ => true, cancellationToken);

    /// <summary>Removes the job with its files, but not one that runs again by now.</summary>
    public Task<ControlResult> DeleteEndedAsync(string id, CancellationToken cancellationToken) => DeleteAsync(id, job => job.Ended, cancellationToken);

    private async Task<ControlResult> DeleteAsync(string id, Func<Job, bool> allowed, CancellationToken cancellationToken)
    {
        var (result, job) = await store.BeginDeleteAsync(id, allowed, cancellationToken);
        if (result == ControlResult.Done && job is not null)
        {
            running.AbortJob(job.Key);
            events.Deleted(job);
            await RemoveAsync(job.Key, id, CancellationToken.None);
        }

        return result;
    }

    /// <summary>Ends what a restart, or storage in trouble, broke off in the middle; what is under way still it ends together with whoever is at it.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        foreach (var (key, id, state) in await store.UnfinishedStopsAsync(cancellationToken))
        {
            try
            {
                await (state == JobState.Deleting ? RemoveAsync(key, id, cancellationToken) : EndCancelAsync(key, id, cancellationToken));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // What cannot be removed now is tried again later, and holds nothing else up.
                events.NotRemoved(id, exception);
            }
        }

        foreach (var retry in await store.UnfinishedRetriesAsync(cancellationToken))
        {
            await QueueFailedAsync(retry, cancellationToken);
        }
    }

    private async Task QueueFailedAsync(RetryUnderWay retry, CancellationToken cancellationToken)
    {
        events.Retrying(retry);

        // The first items are fetched long before the last ones are queued.
        var ended = await store.QueueFailedAsync(retry, wake.Signal, cancellationToken);
        await events.RetriedAsync(retry, ended, cancellationToken);
    }

    private async Task EndCancelAsync(long key, string id, CancellationToken cancellationToken)
    {
        await store.CancelQueuedAsync(key, cancellationToken);
        running.AbortJob(key);
        events.CancelEnded(id);
        await storage.RemovePartsAsync(id, store.NamesPartAsync, cancellationToken);
    }

    private async Task RemoveAsync(long key, string id, CancellationToken cancellationToken)
    {
        await store.RemoveRowsAsync(key, cancellationToken);
        await storage.RemovePartsAsync(id, store.NamesPartAsync, cancellationToken);
        await storage.RemoveJobAsync(id, cancellationToken);
        await store.ForgetAsync(key, id, cancellationToken);
    }
}
