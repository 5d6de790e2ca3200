using EchoService.Downloads.Store;

namespace EchoService.Downloads.Content;

/// <summary>
/// Where files are kept. A part is written under a name of its own (item and token), the store's row commits it, and then it gets its visible
/// name, where the storage has such names. The row is the only commit point: what no row names is removed.
/// </summary>
/// <remarks>Members throw <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> while nothing can be stored or read.</remarks>
internal interface IContentStorage
{
    /// <summary>Begins a part, named by item and token.</summary>
    IContentPart CreatePart(Lane lane, int number);

    /// <summary>Opens what an earlier attempt left, its durable bytes hashed again; null: it is gone, or shorter than it should be.</summary>
    Task<IContentPart?> OpenPartAsync(Lane lane, int number, KeptPart kept, CancellationToken cancellationToken);

    /// <summary>Makes the parts' bytes and entries durable; one flush for all where that is cheaper.</summary>
    Task FlushAsync(IReadOnlyList<IContentPart> parts, CancellationToken cancellationToken);

    /// <summary>Gives committed parts their visible names, durably. Doing it again changes nothing.</summary>
    Task PlaceAsync(IReadOnlyCollection<Placement> placements, CancellationToken cancellationToken);

    /// <summary>Removes files whose items are gone.</summary>
    Task RemoveAsync(IReadOnlyCollection<Placement> placements, CancellationToken cancellationToken);

    /// <summary>Removes all files of a job.</summary>
    Task RemoveJobAsync(string jobId, CancellationToken cancellationToken);

    /// <summary>Removes parts that no row needs.</summary>
    /// <param name="jobId">Of this job, whose items no worker may end well any more; null: of all.</param>
    /// <param name="needed">Whether a row names the part of this job, item and token, or a worker writes it.</param>
    Task RemovePartsAsync(string? jobId, Func<string, int, long, CancellationToken, Task<bool>> needed, CancellationToken cancellationToken);

    /// <summary>Removes a part that no row names any more and nobody writes.</summary>
    Task RemovePartAsync(string jobId, int number, long token, CancellationToken cancellationToken);

    /// <summary>Opens a file that is in place; the stream can seek.</summary>
    /// <exception cref="IOException">It is not there.</exception>
    Task<Stream> OpenReadAsync(StoredFile file, CancellationToken cancellationToken);

    /// <summary>Where the file can be had without us, for some minutes; null: only here.</summary>
    Uri? DirectAddress(StoredFile file);

    /// <summary>Null: all is well; else why nothing can be stored now.</summary>
    Task<string?> ProbeAsync(CancellationToken cancellationToken);
}
