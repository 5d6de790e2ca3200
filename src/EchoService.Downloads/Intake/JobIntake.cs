using EchoService.Downloads.Engine;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Intake;

/// <summary>Takes lists in. A job is real only when all of it is durable; a list that breaks off leaves nothing.</summary>
internal sealed class JobIntake(SqliteDownloadStore store, Wake wake, JobEvents events, IOptions<DownloadsOptions> options, TimeProvider time)
{
    /// <param name="read">Reads the list into the receiver and returns the job's options.</param>
    /// <exception cref="ListException">The list is refused.</exception>
    public async Task<Job> SubmitAsync(Func<ListReceiver, CancellationToken, Task<JobOptions>> read, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        var key = await store.ReceiveAsync(id, cancellationToken);
        var receiver = new ListReceiver(store, key, options.Value.MaxItemsPerJob, cancellationToken);
        (int Skipped, bool Ended) published;
        try
        {
            var jobOptions = await read(receiver, cancellationToken);
            await receiver.CompleteAsync();
            if (receiver.Count == 0)
            {
                throw new ListException("emptyList", "The list has no URL.");
            }

            published = await store.PublishAsync(key, jobOptions, cancellationToken);
        }
        catch
        {
            await receiver.AbandonAsync();
            await store.DiscardAsync(key, CancellationToken.None);
            throw;
        }

        wake.Signal();
        var job = store.FindJob(id)!;
        events.Received(job, receiver.Bad, published.Skipped, published.Ended);
        return job;
    }
}
