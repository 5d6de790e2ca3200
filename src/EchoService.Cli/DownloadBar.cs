using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EchoService.Cli;

/// <summary>How far a download is, on standard error: a bar with files/s, bytes/s and the time left, and a few lines below it.</summary>
internal sealed class DownloadBar : IAsyncDisposable
{
    public const int LinesBelow = 3;
    private const int BarWidth = 30;
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    private readonly Func<DownloadProgress> _look;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _showing;

    private DownloadBar(Func<DownloadProgress> look, TimeProvider time, IAnsiConsole console)
    {
        (_look, _time) = (look, time);
        _showing = Task.Run(() => console.Live(Look(console.Profile.Width)).AutoClear(true).StartAsync(live => ShowAsync(console, live)));
    }

    /// <returns>Null: somebody reads who is no terminal.</returns>
    public static DownloadBar? TryStart(Func<DownloadProgress> look, TimeProvider time) =>
        Console.IsErrorRedirected || Console.IsOutputRedirected
            ? null
            : new DownloadBar(look, time, AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }));

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
        var progress = _look();
        var lines = new List<IRenderable> { Overall(progress) };
        lines.AddRange(progress.Below.Take(LinesBelow).Select(line => new Text(Cut(line, width - 1), new Style(decoration: Decoration.Dim))));

        // Always as high: when a live display shrinks, its clearing takes the line above it away.
        lines.AddRange(Enumerable.Repeat(new Text(" "), LinesBelow + 1 - lines.Count));
        return new Rows(lines);
    }

    private static Markup Overall(DownloadProgress progress)
    {
        var share = progress.Total == 0 ? 1 : (double)progress.Ended / progress.Total;
        var filled = (int)(share * BarWidth);
        var left = progress.Left is { } time ? $"{(int)time.TotalMinutes}:{time.Seconds:00} left" : "";
        var failed = progress.Failed > 0 ? $"  [red]{progress.Failed} failed[/]" : "";
        var state = progress.State.Length > 0 ? $"[yellow]{Markup.Escape(progress.State)}[/] " : "";
        return new Markup(string.Create(
            CultureInfo.InvariantCulture,
            $"{state}[green]{new string('━', filled)}[/][dim]{new string('─', BarWidth - filled)}[/] {progress.Ended}/{progress.Total}  {progress.FilesPerSecond:0} files/s  {Sizes.Text(progress.BytesPerSecond)}/s  {left}{failed}"));
    }

    private static string Cut(string text, int width) => text.Length <= width ? text : string.Concat(text.AsSpan(0, Math.Max(width - 1, 0)), "…");
}
