using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace EchoService.Tcp;

/// <summary>Every open connection of every channel, by its number since the start.</summary>
internal sealed class LiveConnections(ConnectionClock clock, RecentlyClosed closed)
{
    private readonly ConcurrentDictionary<long, TcpConnection> _open = new();
    private TaskCompletionSource? _awaited;
    private long _lastId;

    public int Count => _open.Count;

    public IEnumerable<TcpConnection> All => _open.Select(entry => entry.Value);

    public TcpConnection? Find(long id) => _open.GetValueOrDefault(id);

    public TcpConnection Open(Channel channel, ConnectionContext context)
    {
        var connection = new TcpConnection(Interlocked.Increment(ref _lastId), channel, context, clock.UtcNow, clock.Now);
        channel.Counters.Open();
        _open[connection.Id] = connection;
        context.Features.Set(connection);
        Interlocked.MemoryBarrier(); // listed before the look for somebody who waits, as that one looks at the list after it has begun to wait
        _awaited?.TrySetResult();
        return connection;
    }

    /// <summary>Ends when a connection is open; at once where one is. For one waiter.</summary>
    public Task AnyAsync(CancellationToken cancellationToken)
    {
        if (!_open.IsEmpty)
        {
            return Task.CompletedTask;
        }

        var awaited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _awaited, awaited);
        return _open.IsEmpty ? awaited.Task.WaitAsync(cancellationToken) : Task.CompletedTask;
    }

    public TimeSpan Close(TcpConnection connection, CloseReason reason)
    {
        _open.TryRemove(connection.Id, out _);
        connection.Report();
        connection.Channel.Counters.Close(reason);
        closed.Add(connection, reason);
        return TimeSpan.FromMilliseconds(clock.Now - connection.OpenedMs);
    }

    /// <summary>Brings the channels' byte totals up to date.</summary>
    public void Report()
    {
        foreach (var (_, connection) in _open)
        {
            connection.Report();
        }
    }
}
