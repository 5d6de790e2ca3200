using EchoService.Downloads.Store;

namespace EchoService.Downloads.Intake;

/// <summary>What one owner may have waiting and stored. Asked before a list is taken and with each of its batches, so that a list over the limit ends where it meets it.</summary>
internal sealed class OwnerQuota(IDownloadStore store, DownloadsOptions options, string? owner)
{
    /// <exception cref="ListException">Codes <c>queueFull</c> and <c>storageQuota</c>.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (await store.CountQueuedAsync(owner, cancellationToken) >= options.MaxQueuedItemsPerKey)
        {
            throw new ListException(
                "queueFull", $"At most {options.MaxQueuedItemsPerKey} items may wait at once (Downloads:MaxQueuedItemsPerKey): post again when some are done.");
        }

        if (options.MaxBytesPerKey > 0 && await store.CountBytesAsync(owner, cancellationToken) >= options.MaxBytesPerKey)
        {
            throw new ListException("storageQuota", $"The files take {options.MaxBytesPerKey} bytes already (Downloads:MaxBytesPerKey): delete jobs first.");
        }
    }
}
