namespace EchoService.Downloads.Store;

/// <content>How lanes are leased, held and reported.</content>
internal partial interface IDownloadStore
{
    /// <summary>Fails some of what is given up, then leases as many lanes as the limits and what is due allow, and says which jobs this node should stop working on.</summary>
    Task<Claim> ClaimAsync(ClaimLimits limits, CancellationToken cancellationToken);

    /// <summary>Prolongs leases that have not ended, from now on. Returns the tokens that are lost.</summary>
    Task<IReadOnlySet<long>> RenewAsync(IReadOnlyCollection<long> tokens, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>
    /// Gives a start at the host to a lane that did not take its own in time, and puts off the lanes to come. Returns how long to wait for it;
    /// null: longer than <paramref name="patience"/>, and none was given.
    /// </summary>
    Task<TimeSpan?> BookStartAsync(long host, TimeSpan interval, TimeSpan patience, CancellationToken cancellationToken);

    /// <summary>Ends every lane that a node still has, when it has stopped; what was claimed is queued again.</summary>
    Task HandBackAsync(string node, CancellationToken cancellationToken);

    /// <summary>Notes what of a running transfer is durable already, so that it survives the process. A lane that is lost notes nothing.</summary>
    Task KeepPartAsync(Lane lane, int number, KeptPart kept, CancellationToken cancellationToken);

    /// <summary>
    /// Commits a batch: what workers report, lanes that have ended, files that have got their names. Durable when this returns. Called again
    /// with a batch whose first commit went through unseen, it changes nothing and answers the same.
    /// </summary>
    Task<CommitResult> CommitAsync(CommitBatch batch, CancellationToken cancellationToken);

    /// <summary>Whether a row needs this part (to give it its name, or to go on with it), or a worker writes it.</summary>
    Task<bool> NamesPartAsync(string jobId, int number, long part, CancellationToken cancellationToken);

    /// <summary>What became of attempts, one answer for each, in order. <see cref="AttemptState.Abandoned"/> is final.</summary>
    Task<IReadOnlyList<AttemptState>> AttemptsAsync(IReadOnlyList<Attempt> attempts, CancellationToken cancellationToken);
}
