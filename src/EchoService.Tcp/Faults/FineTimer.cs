namespace EchoService.Tcp.Faults;

/// <summary>
/// Ends short waits within half a millisecond. The framework's timers go by a clock that ticks every 4 ms on Linux (CLOCK_MONOTONIC_COARSE
/// at 250 Hz), which is too coarse for a delay of 5 ms. One thread for all, and only while somebody waits.
/// </summary>
internal sealed class FineTimer
{
    /// <summary>Milliseconds; the thread waits in whole ones.</summary>
    public const double Near = 0.5;

    private const int IdleMs = 1000;

    private readonly object _gate = new(); // Monitor.Wait wants an object
    private readonly PriorityQueue<TaskCompletionSource, long> _waits = new();
    private bool _isRunning;

    public static FineTimer Shared { get; } = new();

    /// <param name="due">A timestamp of <see cref="TimeProvider.System"/>.</param>
    public Task WaitAsync(long due)
    {
        var wait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waits.Enqueue(wait, due);
            Monitor.Pulse(_gate);
            if (!_isRunning)
            {
                _isRunning = true;
                new Thread(Run) { IsBackground = true, Name = "Fault timer" }.Start();
            }
        }

        return wait.Task;
    }

    private static double MillisecondsUntil(long due) => (due - TimeProvider.System.GetTimestamp()) * 1000.0 / TimeProvider.System.TimestampFrequency;

    private void Run()
    {
        lock (_gate)
        {
            while (_waits.Count > 0 || Monitor.Wait(_gate, IdleMs))
            {
                WaitOnce();
            }

            _isRunning = false;
        }
    }

    private void WaitOnce()
    {
        if (!_waits.TryPeek(out var first, out var due))
        {
            return;
        }

        var left = MillisecondsUntil(due);
        if (left < Near)
        {
            _waits.Dequeue();
            first.SetResult();
        }
        else
        {
            Monitor.Wait(_gate, Math.Max(1, (int)left));
        }
    }
}
