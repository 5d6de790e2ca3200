using System.Text.Json;

namespace EchoService.Cli;

/// <summary>How far a service is with a job, from its events. Written by the thread that reads them, read by the bar's.</summary>
internal sealed class RemoteProgress(TimeProvider time)
{
    private readonly DownloadPace _pace = new(time);
    private readonly Lock _lock = new();
    private int _total;
    private int _ended;
    private int _failed;
    private double _bytesPerSecond;
    private TimeSpan? _left;
    private string _state = "";
    private bool _away;

    /// <param name="job">A snapshot, or a delta: that has no total.</param>
    public void Note(JsonElement job)
    {
        var counts = job.GetProperty("counts");
        lock (_lock)
        {
            _total = job.TryGetProperty("total", out var total) ? total.GetInt32() : _total;
            _ended = _total - counts.GetProperty("queued").GetInt32() - counts.GetProperty("running").GetInt32();
            _failed = counts.GetProperty("failed").GetInt32();
            _bytesPerSecond = job.GetProperty("bytesPerSecond").GetDouble();
            _left = job.TryGetProperty("secondsLeft", out var left) && left.ValueKind == JsonValueKind.Number ? TimeSpan.FromSeconds(Math.Min(left.GetDouble(), 359_999)) : null;
            _state = job.GetProperty("state").GetString() is { } state and not "running" ? state : "";
        }
    }

    public void NoteAway(bool away)
    {
        lock (_lock)
        {
            _away = away;
        }
    }

    public DownloadProgress Look()
    {
        lock (_lock)
        {
            _pace.Note(_ended, 0);
            return new DownloadProgress(
                _ended, _total, _failed, _pace.FilesPerSecond, _bytesPerSecond, _away ? null : _left, _state, _away ? ["  The service does not answer; trying again."] : []);
        }
    }
}
