using System.Runtime.Versioning;
using System.Threading.Tasks.Sources;

namespace EchoService.Sockets;

/// <summary>A read or a flush that waits for the socket, as the socket sees it.</summary>
internal abstract class PendingOperation
{
    /// <summary>With the socket's gate.</summary>
    public bool IsWaiting { get; protected set; }

    /// <summary>Without the gate: lets the one who waits go on, on this thread where it wants that.</summary>
    public abstract void Resume();

    /// <summary>The same from a thread that has other things to do.</summary>
    public abstract void ResumeElsewhere();
}

/// <summary>The same as its owner sees it, which calls all of this with the socket's gate.</summary>
/// <param name="runsInline">The handler goes on where its bytes are received or sent.</param>
/// <param name="ended">Called at the end, before the handler goes on.</param>
[SupportedOSPlatform("linux")]
internal sealed class PendingOperation<T>(PolledSocket socket, bool runsInline, Action? ended = null) : PendingOperation, IValueTaskSource<T>
{
    private ManualResetValueTaskSourceCore<T> _source;
    private CancellationToken _token;
    private CancellationTokenRegistration _cancellation;
    private T _result = default!;
    private Exception? _failure;

    /// <summary>From its begin until its result was taken.</summary>
    private volatile bool _isUnderWay;

    /// <summary>Waits until <paramref name="wait"/> can go on, after <paramref name="events"/>.</summary>
    public ValueTask<T> WaitAsync(EpollEvents events, ISocketWait wait, CancellationToken token)
    {
        _source.Reset();
        (_isUnderWay, IsWaiting, _token) = (true, true, token);
        _cancellation = token.UnsafeRegister(static (operation, token) => ((PendingOperation<T>)operation!).Cancel(token), this);
        if (socket.Ask(events) || !wait.TryGoOn())
        {
            return new(this, _source.Version);
        }

        _isUnderWay = false;
        return _failure is null ? new(_result) : ValueTask.FromException<T>(_failure);
    }

    /// <exception cref="InvalidOperationException">The result of the last has not been taken.</exception>
    public void ThrowIfUnderWay()
    {
        if (_isUnderWay)
        {
            throw new InvalidOperationException("A socket is read by one at a time, and written by one.");
        }
    }

    public void End(T result, Exception? failure)
    {
        IsWaiting = false;
        (_result, _failure) = (result, failure);
        ended?.Invoke();
        _cancellation.Unregister();
    }

    public override void Resume() => Resume(runsInline);

    public override void ResumeElsewhere() => Resume(inline: false);

    T IValueTaskSource<T>.GetResult(short token)
    {
        _isUnderWay = false;
        return _source.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken token)
    {
        lock (socket.Gate)
        {
            // It may be of one that has ended since.
            if (!IsWaiting || token != _token)
            {
                return;
            }

            End(default!, new OperationCanceledException(token));
        }

        ResumeElsewhere();
    }

    private void Resume(bool inline)
    {
        _source.RunContinuationsAsynchronously = !inline;
        if (_failure is null)
        {
            _source.SetResult(_result);
        }
        else
        {
            _source.SetException(_failure);
        }
    }
}
