namespace EchoService.Downloads.Fetching;

/// <summary>
/// The time limits of one fetch on one timer: the total, and within it the phase's own (connection, headers, a body's silence). Moving on to the
/// next phase moves the timer; nothing is allocated for it.
/// </summary>
internal sealed class FetchClock : IDisposable
{
    /// <summary>Of the clock among a request's options. Here, because a static struct is loaded with its class: the transport's would bring the HTTP stack at start.</summary>
    public static readonly HttpRequestOptionsKey<FetchClock> Key = new("fetch clock");

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;
    private readonly CancellationToken _caller;
    private readonly TimeProvider _time;
    private readonly TimeSpan _total;
    private readonly long _started;
    private FetchError _late = TotalTooLong;
    private bool _awaitsHeaders;
    private bool _ended;

    public FetchClock(TimeSpan total, TimeProvider time, CancellationToken caller)
    {
        _time = time;
        _total = total;
        _caller = caller;
        _started = time.GetTimestamp();
        _source = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _registration = caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    public CancellationToken Token => _source.Token;

    private static FetchError HeadersTooLate { get; } = new(ErrorCode.Timeout, "The origin did not answer in time.", Transient: true, Transport: true);

    private static FetchError Silence { get; } = new(ErrorCode.Stalled, "The origin stopped sending.", Transient: true, Transport: true);

    private static FetchError TotalTooLong { get; } = new(ErrorCode.Timeout, "The transfer took too long.", Transient: true, Transport: true);

    /// <summary>The request goes out: headers are due within this.</summary>
    public void AwaitHeaders(TimeSpan limit) => Arm(limit, HeadersTooLate, awaitsHeaders: true);

    /// <summary>
    /// The connection came into being, or its making began: headers are due within this from now. A connection is made beside the request, which may
    /// have gone another way meanwhile; then this changes nothing.
    /// </summary>
    public void AwaitHeadersAnew(TimeSpan limit)
    {
        lock (_lock)
        {
            if (_awaitsHeaders)
            {
                Arm(limit, HeadersTooLate, awaitsHeaders: true);
            }
        }
    }

    /// <summary>The body's next bytes are due within this.</summary>
    public void AwaitBody(TimeSpan limit) => Arm(limit, Silence, awaitsHeaders: false);

    /// <summary>Only the total counts: what follows is not the origin's time.</summary>
    public void AwaitNothing() => Arm(TimeSpan.MaxValue, TotalTooLong, awaitsHeaders: false);

    /// <summary>A second token that ends the fetch.</summary>
    public CancellationTokenRegistration CancelWith(CancellationToken token) =>
        token == _caller ? default : token.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);

    /// <summary>Ends the fetch: nobody wants it any more.</summary>
    public void GiveUp() => _source.Cancel();

    /// <summary>Why the token fired.</summary>
    /// <exception cref="OperationCanceledException">It was the caller.</exception>
    public FetchError Why()
    {
        _caller.ThrowIfCancellationRequested();
        return _late;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _ended = true;
            _awaitsHeaders = false;
        }

        _registration.Dispose();
        _source.Dispose();
    }

    private void Arm(TimeSpan phase, FetchError late, bool awaitsHeaders)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            var left = _total - _time.GetElapsedTime(_started);
            _late = left <= phase ? TotalTooLong : late;
            _awaitsHeaders = awaitsHeaders;
            _source.CancelAfter(TimeSpan.FromTicks(Math.Clamp(Math.Min(left.Ticks, phase.Ticks), 0, TimeSpan.FromDays(49).Ticks)));
        }
    }
}
