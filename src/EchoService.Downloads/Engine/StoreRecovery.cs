using EchoService.Downloads.Content;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Engine;

/// <summary>Takes up what dead processes left: lanes, files that lack their names, parts that no row needs, what users began and a node broke off.</summary>
internal sealed class StoreRecovery(IDownloadStore store, IContentStorage storage, JobControl control, IOptions<DownloadsOptions> options)
{
    private readonly TimeSpan _lease = TimeSpan.FromSeconds(options.Value.LeaseSeconds);

    /// <summary>When this returns, all that was committed is in place.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        await store.PrepareAsync(cancellationToken);
        await EndAsync(othersMayBeDead: true, removesParts: true, cancellationToken);
    }

    /// <summary>Looks again: what users began may break off while this process lives, and other nodes may die.</summary>
    public Task RepeatAsync(bool removesParts, CancellationToken cancellationToken) => EndAsync(store.IsShared, removesParts, cancellationToken);

    private async Task EndAsync(bool othersMayBeDead, bool removesParts, CancellationToken cancellationToken)
    {
        var unplaced = othersMayBeDead ? await store.RecoverAsync(_lease, cancellationToken) : [];
        if (removesParts)
        {
            await storage.RemovePartsAsync(null, store.NamesPartAsync, cancellationToken);
        }

        if (unplaced.Count > 0)
        {
            await storage.PlaceAsync(unplaced, cancellationToken);
            var result = await store.CommitAsync(new CommitBatch([], [], unplaced), cancellationToken);
            await storage.RemoveAsync(result.Lost, cancellationToken);
        }

        await control.FinishAsync(cancellationToken);
    }
}
