using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store;

/// <content>How a list comes in: rows of a job that nobody sees, made real in one last transaction.</content>
internal partial interface IDownloadStore
{
    /// <summary>Begins a job. Nothing of it outlives its process until it is published. Returns the job's key.</summary>
    /// <param name="owner">The name of the API key that posts it; null: nobody's.</param>
    Task<long> ReceiveAsync(string id, string? owner, CancellationToken cancellationToken);

    /// <summary>Adds a batch of lines.</summary>
    /// <param name="hosts">Keys of the hosts seen so far in this list; this call adds to it.</param>
    Task AppendAsync(long job, IReadOnlyList<NewItem> items, Dictionary<string, long> hosts, CancellationToken cancellationToken);

    /// <summary>Takes file names that none of the job's items has.</summary>
    /// <param name="lasting">No item gets them by overwriting either.</param>
    Task ReserveNamesAsync(long job, IEnumerable<string> names, bool lasting, CancellationToken cancellationToken);

    /// <summary>Makes the job real, with what it answers to; both are durable when this returns. One that lacks lines is refused.</summary>
    /// <param name="items">How many lines were added: a database that crashed may have lost the last ones.</param>
    /// <param name="request">Null: the request has no key.</param>
    /// <returns>
    /// How many lines repeat an earlier one, and whether the job ended at once because nothing of it can be fetched; null: a request with
    /// the same key was faster, on another node, and this job is not real.
    /// </returns>
    Task<(int Skipped, bool Ended)?> PublishAsync(long job, int items, JobOptions options, RequestKey? request, CancellationToken cancellationToken);

    /// <summary>The job that a request of this owner with this key has made, and the digest of what it asked for; null: there was none.</summary>
    Task<(byte[] Digest, string Job)?> FindRequestAsync(string? owner, string key, CancellationToken cancellationToken);

    /// <summary>Removes a job whose list broke off; one that was published meanwhile is left as it is.</summary>
    Task DiscardAsync(long job, CancellationToken cancellationToken);
}
