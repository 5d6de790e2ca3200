using System.Diagnostics.Metrics;
using EchoService.Downloads.Content;
using EchoService.Downloads.Engine;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;

namespace EchoService.Downloads;

/// <summary>The engine's instruments, meter <c>EchoService.Downloads</c>. Every series is there from the start, at zero.</summary>
internal sealed class DownloadsMetrics
{
    private static readonly ErrorCode[] s_errors = Enum.GetValues<ErrorCode>();

    private readonly long[] _failed = new long[s_errors.Length];
    private readonly Histogram<double> _itemDuration;
    private readonly QueuedGauge _queued;
    private long _done;
    private long _skipped;
    private long _cancelled;
    private long _bytes;
    private long _retries;
    private long _completedJobs;
    private long _cancelledJobs;

    public DownloadsMetrics(IMeterFactory meters, RunningLanes running, IDownloadStore store, DataFolder folder)
    {
        _queued = new QueuedGauge(store);
        var meter = meters.Create("EchoService.Downloads");
        meter.CreateObservableCounter("echoservice.downloads.jobs", Jobs, "{job}", "Jobs that ended, by outcome.");
        meter.CreateObservableCounter("echoservice.downloads.items", Items, "{item}", "Items that ended, by outcome and error.");
        meter.CreateObservableCounter("echoservice.downloads.bytes", () => Interlocked.Read(ref _bytes), "By", "Bytes of bodies received.");
        meter.CreateObservableCounter("echoservice.downloads.retries", () => Interlocked.Read(ref _retries), "{retry}", "Attempts that failed and will be repeated.");
        meter.CreateObservableGauge("echoservice.downloads.items_queued", () => _queued.Read(), "{item}", "Items of running jobs that wait for their turn.");
        meter.CreateObservableGauge("echoservice.downloads.lanes_active", () => running.Count, "{lane}", "Lanes that this node works on.");
        meter.CreateObservableGauge("echoservice.downloads.disk.free", () => Disk(folder, drive => drive.AvailableFreeSpace), "By", "Room that is left for the service on the data folder's disk.");
        meter.CreateObservableGauge("echoservice.downloads.disk.size", () => Disk(folder, drive => drive.TotalSize), "By", "Size of the data folder's disk.");
        _itemDuration = meter.CreateHistogram<double>(
            "echoservice.downloads.item.duration",
            "s",
            "One attempt at an item, from its turn to its last byte.",
            tags: null,
            new() { HistogramBucketBoundaries = [0.01, 0.1, 0.5, 1, 5, 10, 60, 300, 3600] });
    }

    /// <summary>Bytes of bodies received so far.</summary>
    public long BytesReceived => Interlocked.Read(ref _bytes);

    public void Received(int bytes) => Interlocked.Add(ref _bytes, bytes);

    public void ItemTook(TimeSpan duration) => _itemDuration.Record(duration.TotalSeconds);

    public void Reported(ItemReport report, ReportResult result)
    {
        if (!result.Accepted)
        {
            return;
        }

        switch (result.Ended)
        {
            case ItemState.Done:
                Interlocked.Increment(ref _done);
                break;
            case ItemState.Skipped:
                Interlocked.Increment(ref _skipped);
                break;
            case ItemState.Failed:
                Interlocked.Increment(ref _failed[(int)result.Error!]);
                break;
            default:
                Interlocked.Add(ref _retries, report.Outcome == Outcome.Retried ? 1 : 0);
                break;
        }
    }

    /// <summary>Items that failed without a worker: bad lines, and what is left at a host that was given up.</summary>
    public void ItemsFailed(ErrorCode code, int count) => Interlocked.Add(ref _failed[(int)code], count);

    /// <summary>Lines that repeat an earlier one.</summary>
    public void ItemsSkipped(int count) => Interlocked.Add(ref _skipped, count);

    public void ItemsCancelled(int count) => Interlocked.Add(ref _cancelled, count);

    public void JobEnded(JobState state) =>
        Interlocked.Increment(ref state == JobState.Cancelled ? ref _cancelledJobs : ref _completedJobs);

    /// <summary>No measurement while the disk does not answer: 0 would tell of a full one.</summary>
    private static IEnumerable<Measurement<long>> Disk(DataFolder folder, Func<DriveInfo, long> read)
    {
        try
        {
            return [new(read(new DriveInfo(folder.Path)))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private IEnumerable<Measurement<long>> Jobs() =>
    [
        new(Interlocked.Read(ref _completedJobs), [new("outcome", "completed")]),
        new(Interlocked.Read(ref _cancelledJobs), [new("outcome", "cancelled")]),
    ];

    private IEnumerable<Measurement<long>> Items() =>
    [
        Item(Interlocked.Read(ref _done), "done", ""),
        Item(Interlocked.Read(ref _skipped), "skipped", ""),
        Item(Interlocked.Read(ref _cancelled), "cancelled", ""),
        .. s_errors.Select(code => Item(Interlocked.Read(ref _failed[(int)code]), "failed", code.Text())),
    ];

    private static Measurement<long> Item(long value, string outcome, string errorCode) =>
        new(value, [new("outcome", outcome), new("error_code", errorCode)]);
}
