using System.Threading.Channels;
using EchoService.Downloads.Content;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Engine;

/// <summary>What a worker hands over: a report, with the part that belongs to it, or the end of its lane.</summary>
internal sealed record CommitEntry(Lane Lane, ItemReport? Report, IContentPart? Part)
{
    public static CommitEntry End(Lane lane) => new(lane, null, null);
}

/// <summary>
/// The commit protocol, for many lanes at once: flush the parts, commit the rows, rename, flush the folders; the next
/// transaction (or one more, when nothing else comes) marks the files as in place. While one batch is on its way to the
/// disk the next one gathers: the slower the disk, the larger the batches.
/// </summary>
internal sealed class Committer(
    IDownloadStore store,
    IContentStorage storage,
    StorageHealth health,
    JobEvents events,
    DownloadsMetrics metrics,
    Wake wake,
    IOptions<DownloadsOptions> options,
    TimeProvider time,
    ILogger<Committer> logger)
{
    private const int MaxBatch = 1024;
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    private readonly Channel<CommitEntry> _entries = Channel.CreateBounded<CommitEntry>(MaxBatch);

    public ValueTask AddAsync(CommitEntry entry) => _entries.Writer.WriteAsync(entry);

    /// <summary>No more entries come; <see cref="RunAsync"/> ends after the last.</summary>
    public void Complete() => _entries.Writer.TryComplete();

    /// <param name="givingUp">Ends the tries to store what cannot be stored; the next start takes it up.</param>
    public async Task RunAsync(CancellationToken givingUp)
    {
        try
        {
            await CommitAllAsync(givingUp);
        }
        catch (Exception exception) when (!givingUp.IsCancellationRequested)
        {
            DownloadsLog.CommitterBroke(logger, exception);
            throw;
        }
    }

    /// <summary>Nothing is committed any more: what still comes until <see cref="Complete"/> is let go of, so that nobody waits for room.</summary>
    public async Task DrainAsync()
    {
        await foreach (var entry in _entries.Reader.ReadAllAsync(CancellationToken.None))
        {
            entry.Part?.Dispose();
        }
    }

    private async Task CommitAllAsync(CancellationToken givingUp)
    {
        IReadOnlyList<Placement> placed = [];
        var batch = new List<CommitEntry>();
        while (placed.Count > 0 || await _entries.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _entries.Reader.TryRead(out var entry))
            {
                batch.Add(entry);
            }

            placed = await CommitAsync(batch, placed, givingUp);
        }
    }

    private async Task<IReadOnlyList<Placement>> CommitAsync(List<CommitEntry> batch, IReadOnlyList<Placement> placed, CancellationToken givingUp)
    {
        await FlushAsync(batch, givingUp);
        Failpoint.Pass(Failpoint.AfterFsync);
        var entries = batch.Where(entry => entry.Report is not null).ToList();
        var rows = new CommitBatch(
            [.. entries.Select(entry => entry.Report!)],
            [.. batch.Where(entry => entry.Report is null).Select(entry => entry.Lane.Token)],
            placed,
            options.Value.HostRests);
        Failpoint.Pass(Failpoint.BeforeCommit);
        var result = await InsistAsync(() => store.CommitAsync(rows, givingUp), givingUp);
        Failpoint.Pass(Failpoint.AfterCommit);

        // Lanes have ended: their slots are free while the files get their names.
        wake.Signal();
        await SettleAsync(entries, result.Reports);
        var placements = result.Reports.Select(report => report.Placement).OfType<Placement>().ToList();
        await InsistAsync(
            async () =>
            {
                await storage.RemoveAsync(result.Lost, givingUp);
                await storage.PlaceAsync(placements, givingUp);
                return true;
            },
            givingUp);
        Failpoint.Pass(Failpoint.AfterRename);
        await TellAsync(rows, result, givingUp);
        return placements;
    }

    private async Task TellAsync(CommitBatch rows, CommitResult result, CancellationToken givingUp)
    {
        try
        {
            await events.CommittedAsync(rows, result, givingUp);
        }
        catch (StoreException exception)
        {
            // It is committed all the same; only the telling failed.
            health.Report(exception, logger);
        }
    }

    /// <summary>Makes the parts durable. Where that fails none of the batch counts as saved: its items go back untried.</summary>
    private async Task FlushAsync(List<CommitEntry> batch, CancellationToken givingUp)
    {
        try
        {
            await storage.FlushAsync([.. batch.Select(entry => entry.Part).OfType<IContentPart>()], givingUp);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            health.Report(exception, logger);
            for (var i = 0; i < batch.Count; i++)
            {
                if (batch[i] is { Part: { } part, Report: { } report } entry)
                {
                    await part.DiscardAsync();
                    batch[i] = entry with { Part = null, Report = new ItemReport(report.Lane, report.Number, Outcome.Released) };
                }
            }
        }
    }

    private async Task SettleAsync(List<CommitEntry> entries, IReadOnlyList<ReportResult> results)
    {
        foreach (var (entry, result) in entries.Zip(results))
        {
            if (result.Placement is not null || (result.Accepted && entry.Report!.Kept is not null))
            {
                entry.Part?.Dispose();
            }
            else if (entry.Part is { } part)
            {
                await part.DiscardAsync();
            }

            metrics.Reported(entry.Report!, result);
        }
    }

    /// <summary>Does it until it succeeds: what is fetched is not thrown away because the disk is full for a while.</summary>
    private async Task<T> InsistAsync<T>(Func<Task<T>> work, CancellationToken givingUp)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StoreException)
            {
                health.Report(exception, logger);
                await Task.Delay(s_retry, time, givingUp);
            }
        }
    }
}
