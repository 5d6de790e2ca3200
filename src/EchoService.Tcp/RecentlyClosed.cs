using EchoService.Tcp.Faults;

namespace EchoService.Tcp;

/// <summary>The last connections that closed, newest first, so that someone who looks sees why. Bounded: older ones are only in the log.</summary>
internal sealed class RecentlyClosed(ConnectionClock clock)
{
    /// <summary>One page of a list; some 200 bytes each.</summary>
    public const int Most = 100;

    private readonly Lock _lock = new();
    private readonly Queue<ClosedConnection> _closed = new(Most);

    public IReadOnlyList<ClosedConnection> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _closed.Reverse()];
            }
        }
    }

    public void Add(TcpConnection connection, CloseReason reason)
    {
        var closed = new ClosedConnection(
            connection.Id, connection.Channel.Name, connection.Client, connection.OpenedAt, clock.UtcNow, connection.BytesIn, connection.BytesOut,
            connection.FiredFaults, reason);
        lock (_lock)
        {
            if (_closed.Count == Most)
            {
                _closed.Dequeue();
            }

            _closed.Enqueue(closed);
        }
    }
}

/// <summary>What is left of a connection when it is closed.</summary>
internal sealed record ClosedConnection(
    long Id,
    string Channel,
    string Client,
    DateTimeOffset OpenedAt,
    DateTimeOffset ClosedAt,
    long BytesIn,
    long BytesOut,
    IReadOnlyList<FaultType> Faults,
    CloseReason Reason);
