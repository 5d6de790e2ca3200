using System.Globalization;
using EchoService.Downloads;
using EchoService.Downloads.Engine;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store.Sqlite;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EchoService.Cli;

/// <summary>How far a download is, on standard error: a bar with files/s, bytes/s and the time left, and below it the transfers that run longest.</summary>
internal sealed class DownloadBar : IAsyncDisposable
{
    private const int BarWidth = 30;
    private const int Slowest = 3;
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    /// <summary>A transfer is worth a line when it has run this long.</summary>
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(1);

    private readonly LocalEngine _engine;
    private readonly Job _job;
    private readonly TimeProvider _time;
    private readonly DownloadPace _pace;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _showing;

    private DownloadBar(LocalEngine engine, Job job, TimeProvider time, IAnsiConsole console)
    {
        (_engine, _job, _time, _pace) = (engine, job, time, new DownloadPace(time));
        _showing = Task.Run(() => console.Live(Look(console.Profile.Width)).AutoClear(true).StartAsync(live => ShowAsync(console, live)));
    }

    /// <returns>Null: somebody reads who is no terminal.</returns>
    public static DownloadBar? TryStart(LocalEngine engine, Job job, TimeProvider time) =>
        Console.IsErrorRedirected || Console.IsOutputRedirected
            ? null
            : new DownloadBar(engine, job, time, AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _showing;
        _stop.Dispose();
    }

    private async Task ShowAsync(IAnsiConsole console, LiveDisplayContext live)
    {
        while (!_stop.IsCancellationRequested)
        {
            live.UpdateTarget(Look(console.Profile.Width));
            await Task.WhenAny(Task.Delay(s_interval, _time, _stop.Token));
        }
    }

    private Rows Look(int width)
    {
        var job = _engine.Get<SqliteDownloadStore>().FindJob(_job.Id) ?? _job;
        var ended = job.Total - job.Counts.Queued - job.Counts.Running;
        _pace.Note(ended, _engine.Get<DownloadsMetrics>().BytesReceived);
        var lines = new List<IRenderable> { Overall(job, ended) };
        lines.AddRange(SlowestTransfers().Select(line => new Text(Cut(line, width - 1), new Style(decoration: Decoration.Dim))));

        // Always as high: when a live display shrinks, its clearing takes the line above it away.
        lines.AddRange(Enumerable.Repeat(new Text(" "), Slowest + 1 - lines.Count));
        return new Rows(lines);
    }

    private Markup Overall(Job job, int ended)
    {
        var share = job.Total == 0 ? 1 : (double)ended / job.Total;
        var filled = (int)(share * BarWidth);
        var left = _pace.Left(job.Total - ended) is { } time ? $"{(int)time.TotalMinutes}:{time.Seconds:00} left" : "";
        var failed = job.Counts.Failed > 0 ? $"  [red]{job.Counts.Failed} failed[/]" : "";
        return new Markup(string.Create(
            CultureInfo.InvariantCulture,
            $"[green]{new string('━', filled)}[/][dim]{new string('─', BarWidth - filled)}[/] {ended}/{job.Total}  {_pace.FilesPerSecond:0} files/s  {Sizes.Text(_pace.BytesPerSecond)}/s  {left}{failed}"));
    }

    private IEnumerable<string> SlowestTransfers() => _engine.Get<RunningLanes>().All
        .Select(lane => lane.Current)
        .OfType<LiveTransfer>()
        .Select(transfer => (transfer.Item.Url, Since: _time.GetElapsedTime(transfer.Begun)))
        .Where(transfer => transfer.Since > s_slow)
        .OrderByDescending(transfer => transfer.Since)
        .Take(Slowest)
        .Select(transfer => string.Create(CultureInfo.InvariantCulture, $"  {transfer.Since.TotalSeconds:0.0} s  {transfer.Url}"));

    private static string Cut(string text, int width) => text.Length <= width ? text : string.Concat(text.AsSpan(0, Math.Max(width - 1, 0)), "…");
}
