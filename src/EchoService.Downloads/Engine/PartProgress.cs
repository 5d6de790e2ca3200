using EchoService.Downloads.Content;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Engine;

/// <summary>
/// Makes a large transfer survive the process while it runs: now and then, beside the writing, what is written is flushed
/// and its row names it. Only where the origin gave a strong entity tag: without one there is no going on.
/// </summary>
internal sealed class PartProgress(IDownloadStore store, Lane lane, int number, IContentPart part, string? etag, long? total)
{
    /// <summary>A smaller body is sooner fetched again than flushed twice.</summary>
    private const long First = 1 << 20;

    /// <summary>What a kill costs at most, beside what arrived during one flush.</summary>
    private const long Interval = 8 << 20;

    private long _due = part.Length + First;
    private Task _recording = Task.CompletedTask;

    /// <summary>What there is to go on from, once it is flushed; null: nothing.</summary>
    public KeptPart? Kept => etag is not null && part.CanBeKept && part.Length > 0 ? new KeptPart(etag, part.Token, part.Length) : null;

    /// <exception cref="IOException">The flush before this one failed.</exception>
    public async ValueTask WrittenAsync()
    {
        if (part.Length < _due || part.Length >= total || !_recording.IsCompleted || Kept is not { } kept)
        {
            return;
        }

        await _recording;
        _due = part.Length + Interval;
        _recording = Task.Run(() => RecordAsync(kept), CancellationToken.None);
    }

    /// <summary>Nothing touches the part any more when this returns.</summary>
    public Task EndAsync() => Task.WhenAny(_recording);

    private async Task RecordAsync(KeptPart kept)
    {
        await part.FlushAsync();
        await store.KeepPartAsync(lane, number, kept, CancellationToken.None);
    }
}
