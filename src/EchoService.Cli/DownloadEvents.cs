using System.Threading.Channels;
using EchoService.Downloads;
using EchoService.Downloads.Engine;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;

namespace EchoService.Cli;

/// <summary>What the engine commits, handed from its thread to the command's.</summary>
internal sealed class DownloadEvents
{
    private readonly Channel<EndedItem> _items = Channel.CreateUnbounded<EndedItem>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource _jobEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DownloadEvents(JobEvents events, bool items) => events.Watcher = (batch, result) => Note(batch, result, items);

    public ChannelReader<EndedItem> Items => _items.Reader;

    /// <summary>Ends when a job does: there is one at a time.</summary>
    public Task JobEnded => _jobEnded.Task;

    private void Note(CommitBatch batch, CommitResult result, bool items)
    {
        foreach (var (report, outcome) in items ? batch.Reports.Zip(result.Reports) : [])
        {
            if (outcome is { Accepted: true, Ended: { } state })
            {
                var url = report.Lane.Items.First(item => item.Number == report.Number).Url;
                var done = state == ItemState.Done;
                _items.Writer.TryWrite(EndedItem.Of(
                    report.Number, url, state, outcome.Placement?.Name, done ? report.File?.Size : null, report.File?.HttpStatus ?? report.Error?.HttpStatus,
                    outcome.Error, state == ItemState.Failed ? report.Error?.Message ?? "The file's name is taken." : state == ItemState.Skipped ? "The file's name is taken." : null));
            }
        }

        if (result.CompletedJobs.Count > 0)
        {
            _jobEnded.TrySetResult();
        }
    }
}
