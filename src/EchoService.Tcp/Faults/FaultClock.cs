using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace EchoService.Tcp.Faults;

/// <summary>
/// A faulted connection's time, in milliseconds. When the service stops nothing waits any more, and what was held back goes at once;
/// when the connection is cut, it goes nowhere.
/// </summary>
internal sealed class FaultClock : IDisposable
{
    /// <summary>Milliseconds before the end of a wait, from which on the framework's timers are too coarse.</summary>
    private const double Fine = 12;

    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly CancellationTokenSource _cut = new();
    private readonly CancellationTokenSource _wake;

    public FaultClock(ConnectionContext context, TimeProvider time)
    {
        _time = time;
        _start = time.GetTimestamp();
        var stopping = context.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        _wake = CancellationTokenSource.CreateLinkedTokenSource(_cut.Token, stopping);
    }

    public double Now => _time.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>The connection has no future.</summary>
    public CancellationToken IsCut => _cut.Token;

    public ITimer After(double milliseconds, Action action) =>
        _time.CreateTimer(static state => ((Action)state!)(), action, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);

    /// <exception cref="OperationCanceledException">The connection was cut.</exception>
    public async ValueTask WaitUntilAsync(double at)
    {
        for (var left = at - Now; left >= FineTimer.Near && !_wake.IsCancellationRequested; left = at - Now)
        {
            await WaitAsync(at, left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // woken
        }

        _cut.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Whoever waits is woken elsewhere than on the caller's thread.</summary>
    public void Cut() => _ = _cut.CancelAsync();

    /// <summary>The source of <see cref="Cut"/> stays: a timer or the API may call late, and it holds nothing.</summary>
    public void Dispose() => _wake.Dispose();

    private Task WaitAsync(double at, double left)
    {
        if (left < Fine && ReferenceEquals(_time, TimeProvider.System))
        {
            return FineTimer.Shared.WaitAsync(_start + (long)(at * _time.TimestampFrequency / 1000));
        }

        var coarse = ReferenceEquals(_time, TimeProvider.System) ? left - (Fine / 2) : left;
        return Task.Delay(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(coarse))), _time, _wake.Token);
    }
}
