using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store;

/// <summary>
/// Jobs, items, lanes and names, as durable rows. A state change is one transaction, and what it returns is what it changed. The store's
/// clock is the one that leases, pauses and turns are measured by: callers say how long, never until when.
/// </summary>
/// <remarks>
/// Every member throws <see cref="StoreException"/> while the database does not answer, and may be called again then. One contract suite
/// runs against every implementation.
/// </remarks>
internal partial interface IDownloadStore
{
    /// <summary>
    /// False: this process alone has the database, and a store that does not answer at start is an error. True: other nodes change it too, and
    /// it may come and go: a start waits for it, and what others commit is found by looking.
    /// </summary>
    bool IsShared { get; }

    /// <summary>Brings the schema up to date. Done again, it changes nothing.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Ends what dead processes left: lanes whose leases have ended, lists that nobody sends any more. A store that is not shared counts every
    /// former process as dead. Returns the committed files that still lack their names.
    /// </summary>
    Task<IReadOnlyList<Placement>> RecoverAsync(TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Calls back whenever another node may have given this one something to do, or to stop; runs until it is cancelled. Nobody may rely on it.</summary>
    Task ListenAsync(Action changed, CancellationToken cancellationToken);

    /// <summary>Writes, durably, what is there already.</summary>
    Task ProbeAsync(CancellationToken cancellationToken);
}
