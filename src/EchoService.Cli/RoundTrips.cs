using System.Globalization;

namespace EchoService.Cli;

/// <summary>Times from a line sent to the first line back, and ping's summary of them. A line that comes when none is awaited is nobody's reply.</summary>
internal sealed class RoundTrips(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Queue<long> _awaited = new();
    private readonly List<double> _times = [];
    private int _sent;

    public int Answered
    {
        get
        {
            lock (_lock)
            {
                return _times.Count;
            }
        }
    }

    public void Sent()
    {
        lock (_lock)
        {
            _sent++;
            _awaited.Enqueue(time.GetTimestamp());
        }
    }

    /// <summary>The time in milliseconds of the line that this one answers; null: it answers none.</summary>
    public double? Received()
    {
        lock (_lock)
        {
            if (!_awaited.TryDequeue(out var sent))
            {
                return null;
            }

            var took = time.GetElapsedTime(sent).TotalMilliseconds;
            _times.Add(took);
            return took;
        }
    }

    /// <summary>As ping writes it. Without a line sent there is nothing to tell.</summary>
    public IReadOnlyList<string> Summary(string peer)
    {
        lock (_lock)
        {
            if (_sent == 0)
            {
                return [];
            }

            var lost = 100.0 * (_sent - _times.Count) / _sent;
            string[] counts = [$"--- {peer} ---", string.Create(CultureInfo.InvariantCulture, $"{_sent} lines sent, {_times.Count} answered, {lost:0.#}% lost")];
            return _times.Count == 0 ? counts : [.. counts, Times()];
        }
    }

    private string Times()
    {
        var mean = _times.Average();
        var deviation = Math.Sqrt(_times.Average(value => (value - mean) * (value - mean)));
        return string.Create(CultureInfo.InvariantCulture, $"round trip min/avg/max/mdev = {_times.Min():0.000}/{mean:0.000}/{_times.Max():0.000}/{deviation:0.000} ms");
    }
}
