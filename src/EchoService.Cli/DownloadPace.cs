namespace EchoService.Cli;

/// <summary>Files and bytes a second over the last few seconds, and what they promise for the rest.</summary>
internal sealed class DownloadPace(TimeProvider time)
{
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(5);
    private readonly Queue<(long At, int Files, long Bytes)> _samples = new();

    public double FilesPerSecond { get; private set; }

    public double BytesPerSecond { get; private set; }

    public void Note(int files, long bytes)
    {
        _samples.Enqueue((time.GetTimestamp(), files, bytes));
        while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().At) > s_window)
        {
            _samples.Dequeue();
        }

        var (at, before, bytesBefore) = _samples.Peek();
        var seconds = time.GetElapsedTime(at).TotalSeconds;
        (FilesPerSecond, BytesPerSecond) = seconds > 0.05 ? ((files - before) / seconds, (bytes - bytesBefore) / seconds) : (0, 0);
    }

    /// <summary>Null: nothing moves.</summary>
    public TimeSpan? Left(int files) => FilesPerSecond > 0 ? TimeSpan.FromSeconds(Math.Min(files / FilesPerSecond, 359_999)) : null;
}
