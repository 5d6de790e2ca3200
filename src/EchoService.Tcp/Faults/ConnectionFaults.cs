using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Faults;

/// <summary>The faults that hit one connection, and what they do to all of it.</summary>
internal sealed class ConnectionFaults
{
    private readonly ConnectionContext _context;
    private readonly TcpConnection? _connection;
    private readonly ChannelFaults _channel;
    private readonly ILogger _logger;
    private readonly long _number;
    private volatile IReadOnlyList<FaultType> _fired = [];

    public ConnectionFaults(ConnectionContext context, ChannelFaults channel, FaultTicket ticket, FaultOptions[] hits, ILogger logger)
    {
        (_context, _channel, _logger, _number) = (context, channel, logger, ticket.Number);
        _connection = context.Features.Get<TcpConnection>();
        Drawn = [.. hits.Select(fault => new DrawnFault(fault, ticket.Number, this))];
    }

    /// <summary>In the list's order.</summary>
    public IReadOnlyList<DrawnFault> Drawn { get; }

    /// <summary>Those that have had an effect, in the order of their first.</summary>
    public IReadOnlyList<FaultType> Fired => _fired;

    public DrawnFault? First(FaultType type) => Drawn.FirstOrDefault(fault => fault.Options.Type == type);

    public void Tell(DrawnFault fault)
    {
        var type = fault.Options.Type!.Value;
        lock (Drawn)
        {
            _fired = [.. _fired, type];
        }

        _channel.Count(type);
        _logger.Fired(type, fault.Options.Direction, _channel.Name, TcpConnection.Text(_context.RemoteEndPoint), _number);
    }

    public void Reset()
    {
        if (_connection is not null)
        {
            _connection.Abort(CloseReason.Fault);
        }
        else
        {
            _context.Abort();
        }
    }

    /// <summary>In order: the handler is asked to end, and a FIN follows.</summary>
    public void End()
    {
        if (_connection is not null)
        {
            _connection.Close(CloseReason.Fault);
        }
        else
        {
            _context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
    }
}

/// <summary>A fault on a connection that it hits.</summary>
internal sealed class DrawnFault(FaultOptions options, long number, ConnectionFaults connection)
{
    private bool _hasFired;

    public FaultOptions Options { get; } = options;

    /// <summary>Its random numbers on this connection.</summary>
    public SplitMix64 Random { get; } = SplitMix64.Of(options.Seed, number);

    /// <summary>It has an effect now: told once.</summary>
    public void Fire()
    {
        if (!Interlocked.Exchange(ref _hasFired, true))
        {
            connection.Tell(this);
        }
    }
}
