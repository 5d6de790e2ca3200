using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Watching;

/// <summary>How long a job may take yet: what is left of its items at the pace of the last ten seconds.</summary>
internal sealed class TimeLeft(TimeProvider time)
{
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(10);
    private readonly Queue<(long At, int Left)> _samples = new();

    /// <returns>Seconds; null while nothing moves.</returns>
    public double? Note(Job job)
    {
        var left = job.Counts.Queued + job.Counts.Running;
        if (job.State != JobState.Running)
        {
            _samples.Clear();
            return null;
        }

        _samples.Enqueue((time.GetTimestamp(), left));
        while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().At) > s_window)
        {
            _samples.Dequeue();
        }

        var (since, before) = _samples.Peek();
        var ended = before - left;
        return ended > 0 ? Math.Round(left * time.GetElapsedTime(since).TotalSeconds / ended, 1) : null;
    }
}
