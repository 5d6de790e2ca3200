using EchoService.Downloads.Content;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Engine;

/// <summary>
/// Whether bytes can be stored now. A full disk or a read-only folder is nobody's fault but the machine's: work stops, no
/// attempt is used up, and it goes on by itself when a probe succeeds.
/// </summary>
internal sealed class StorageHealth(IContentStorage storage, IDownloadStore store)
{
    private volatile string? _trouble;

    /// <summary>Why nothing can be stored; null when all is well.</summary>
    public string? Trouble => _trouble;

    /// <summary>True: this is news.</summary>
    public bool Fail(string reason)
    {
        var first = _trouble is null;
        _trouble = reason;
        return first;
    }

    /// <summary>Looks again. True: files and rows can be stored.</summary>
    public async Task<bool> RecheckAsync(CancellationToken cancellationToken)
    {
        _trouble = await storage.ProbeAsync(cancellationToken) ?? await ProbeStoreAsync(cancellationToken);
        return _trouble is null;
    }

    private async Task<string?> ProbeStoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.ProbeAsync(cancellationToken);
            return null;
        }
        catch (StoreException exception)
        {
            return exception.Message;
        }
    }
}
