namespace EchoService.Cli;

/// <summary>How far a download is, as its bar shows it.</summary>
/// <param name="Left">Null: not to be told.</param>
/// <param name="State">Told in front of the bar where it is not simply running; empty then.</param>
/// <param name="Below">Lines below the bar: at most <see cref="DownloadBar.LinesBelow"/> are shown.</param>
internal sealed record DownloadProgress(
    int Ended, int Total, int Failed, double FilesPerSecond, double BytesPerSecond, TimeSpan? Left, string State, IReadOnlyList<string> Below);
