using System.Globalization;
using EchoService.Downloads;
using EchoService.Downloads.Engine;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store.Sqlite;

namespace EchoService.Cli;

/// <summary>How far the engine in this process is with a job, and which of its transfers run longest.</summary>
internal sealed class LocalProgress(LocalEngine engine, Job job, TimeProvider time)
{
    /// <summary>A transfer is worth a line when it has run this long.</summary>
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(1);

    private readonly DownloadPace _pace = new(time);

    public DownloadProgress Look()
    {
        var now = engine.Get<SqliteDownloadStore>().FindJob(job.Id) ?? job;
        var ended = now.Total - now.Counts.Queued - now.Counts.Running;
        _pace.Note(ended, engine.Get<DownloadsMetrics>().BytesReceived);
        return new DownloadProgress(
            ended, now.Total, now.Counts.Failed, _pace.FilesPerSecond, _pace.BytesPerSecond, _pace.Left(now.Total - ended), "", [.. SlowestTransfers()]);
    }

    private IEnumerable<string> SlowestTransfers() => engine.Get<RunningLanes>().All
        .Select(lane => lane.Current)
        .OfType<LiveTransfer>()
        .Select(transfer => (transfer.Item.Url, Since: time.GetElapsedTime(transfer.Begun)))
        .Where(transfer => transfer.Since > s_slow)
        .OrderByDescending(transfer => transfer.Since)
        .Take(DownloadBar.LinesBelow)
        .Select(transfer => string.Create(CultureInfo.InvariantCulture, $"  {transfer.Since.TotalSeconds:0.0} s  {transfer.Url}"));
}
