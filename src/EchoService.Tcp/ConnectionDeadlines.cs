namespace EchoService.Tcp;

/// <summary>
/// Judges one connection each time the sweep comes by, from samples of its counters: no timer a connection, nothing on the hot path.
/// A deadline is met one tick late at most.
/// </summary>
internal sealed class ConnectionDeadlines
{
    /// <summary>How long a handler that was asked to end may take before it is aborted, in milliseconds; what cannot be flushed by then never will.</summary>
    private const long PatienceMs = 1_000;

    private long _bytes;
    private long _quietSince;
    private long _writes;
    private long _writingSince;
    private long _phaseSince = -1;
    private ConnectionPhase _phase;
    private long _endingSince = -1;

    /// <summary>The time for lingering has passed.</summary>
    public bool LingerIsOver { get; private set; }

    public void Check(TcpConnection connection, long now)
    {
        if (_phase != connection.Phase || _phaseSince < 0)
        {
            // A handshake that comes later (what was typed could be a PROXY header's begin) counts from then.
            _phaseSince = connection.Phase == ConnectionPhase.Handshake && _phaseSince < 0 ? connection.OpenedMs : now;
            _phase = connection.Phase;
            _quietSince = now;
            _writingSince = now;
        }

        switch (_phase)
        {
            case ConnectionPhase.Handshake:
                CheckHandshake(connection, now);
                break;
            case ConnectionPhase.Serving:
                CheckServing(connection, now);
                break;
            case ConnectionPhase.Draining:
                CheckDraining(connection, now);
                break;
            case ConnectionPhase.Lingering:
                CheckLingering(connection, now);
                break;
        }
    }

    private static bool Passed(long limit, long since, long now) => limit > 0 && now - since >= limit;

    private void CheckHandshake(TcpConnection connection, long now)
    {
        if (Passed(connection.Channel.Timeouts.Handshake, _phaseSince, now))
        {
            connection.Abort(CloseReason.HandshakeTimeout);
        }
    }

    private void CheckServing(TcpConnection connection, long now)
    {
        var timeouts = connection.Channel.Timeouts;
        if (connection.IsAskedToEnd)
        {
            CheckEnding(connection, now);
        }
        else if (IsStalled(connection, timeouts.WriteStall, now))
        {
            connection.Abort(CloseReason.WriteStalled);
        }
        else if (Passed(connection.Channel.CloseAfterMs, connection.OpenedMs, now))
        {
            connection.Close(CloseReason.TimeReached);
        }
        else if (Passed(timeouts.Lifetime, connection.OpenedMs, now))
        {
            connection.Close(CloseReason.Lifetime);
        }
        else if (IsIdle(connection, timeouts.Idle, now))
        {
            connection.Close(CloseReason.IdleTimeout);
        }
        else if (connection.BytesIn == 0 && ChannelKinds.AwaitsClient(connection.Channel.Options.Kind) && Passed(timeouts.FirstByte, _phaseSince, now))
        {
            connection.Close(CloseReason.FirstByteTimeout);
        }
    }

    /// <summary>Shutdown has a bound of its own, and may wait for a slow reader until then.</summary>
    private void CheckEnding(TcpConnection connection, long now)
    {
        _endingSince = _endingSince < 0 ? now : _endingSince;
        if (connection.Reason is { } reason and not CloseReason.Shutdown && Passed(PatienceMs, _endingSince, now))
        {
            connection.Abort(reason);
        }
    }

    private void CheckDraining(TcpConnection connection, long now)
    {
        if (IsStalled(connection, connection.Channel.Timeouts.WriteStall, now))
        {
            connection.Abort(CloseReason.WriteStalled);
        }
    }

    private void CheckLingering(TcpConnection connection, long now)
    {
        if (now - _phaseSince >= connection.Channel.Linger.TotalMilliseconds)
        {
            LingerIsOver = true;
            connection.Context.Transport.Output.CancelPendingFlush();
            connection.Context.Transport.Input.CancelPendingRead();
        }
    }

    private bool IsIdle(TcpConnection connection, long limit, long now)
    {
        var bytes = connection.BytesIn + connection.BytesOut + connection.Writes;
        if (bytes != _bytes)
        {
            (_bytes, _quietSince) = (bytes, now);
        }

        return Passed(limit, _quietSince, now);
    }

    private bool IsStalled(TcpConnection connection, long limit, long now)
    {
        var writes = connection.Writes;
        if (writes != _writes)
        {
            (_writes, _writingSince) = (writes, now);
        }

        return (writes & 1) == 1 && Passed(limit, _writingSince, now);
    }
}
