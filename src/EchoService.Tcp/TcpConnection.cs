using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using EchoService.Tcp.Faults;
using Microsoft.AspNetCore.Connections;

namespace EchoService.Tcp;

/// <summary>
/// A connection while it lives: who, on which channel, how much, and what ended it. A feature of the connection for handlers and
/// middleware. Its counters have one writer, the handler; they are sampled from outside, so counting costs no lock and no clock.
/// </summary>
internal sealed class TcpConnection(long id, Channel channel, ConnectionContext context, DateTimeOffset openedAt, long openedMs)
{
    private const int Open = -1;

    private readonly Lock _reporting = new();
    private long _bytesIn;
    private long _bytesOut;
    private long _reportedIn;
    private long _reportedOut;
    private int _reason = Open;
    private volatile bool _askedToEnd;
    private long _writes;
    private long _deliveries;
    private volatile ConnectionFaults? _faults;
    private volatile Action? _cut;

    public long Id { get; } = id;

    public Channel Channel { get; } = channel;

    public ConnectionContext Context { get; } = context;

    public DateTimeOffset OpenedAt { get; } = openedAt;

    /// <summary>Milliseconds of <see cref="ConnectionClock"/>.</summary>
    public long OpenedMs { get; } = openedMs;

    public ConnectionDeadlines Deadlines { get; } = new();

    public ConnectionPhase Phase { get; private set; } = ConnectionPhase.Handshake;

    public long BytesIn => Volatile.Read(ref _bytesIn);

    public long BytesOut => Volatile.Read(ref _bytesOut);

    /// <summary>Odd while a write to the client is under way, another odd number for each; a handler that a fault holds back waits for no client.</summary>
    public long Writes => Volatile.Read(ref _faults is null ? ref _writes : ref _deliveries);

    /// <summary>The faults that have had an effect.</summary>
    public IReadOnlyList<FaultType> FiredFaults => _faults?.Fired ?? [];

    /// <summary>Handlers that write without reading look at it, and return.</summary>
    public bool IsAskedToEnd => _askedToEnd;

    public bool HasEnded => Volatile.Read(ref _reason) != Open;

    public CloseReason? Reason => Volatile.Read(ref _reason) is var reason and not Open ? (CloseReason)reason : null;

    /// <summary>The client, as PROXY told it where that is trusted; plain IPv4 on a dual-mode socket.</summary>
    public string Client => Text(Context.RemoteEndPoint);

    /// <summary>The client as a Python tuple, <c>('127.0.0.1', 59990)</c>.</summary>
    public string ClientTuple => Context.RemoteEndPoint is IPEndPoint ip
        ? $"('{(ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4() : ip.Address)}', {ip.Port})"
        : $"('{Client}', 0)";

    public static TcpConnection Of(ConnectionContext context) =>
        context.Features.Get<TcpConnection>() ?? throw new InvalidOperationException("The connection has not been through the lifecycle middleware.");

    public static string Text(EndPoint? endPoint) => endPoint switch
    {
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } ip => new IPEndPoint(ip.Address.MapToIPv4(), ip.Port).ToString(),
        null => "unknown",
        _ => endPoint.ToString() ?? "unknown",
    };

    public void Received(long bytes) => Volatile.Write(ref _bytesIn, _bytesIn + bytes);

    /// <summary>Before a flush of <paramref name="bytes"/>; <see cref="Written"/> comes after it.</summary>
    public void Writing(long bytes)
    {
        Volatile.Write(ref _bytesOut, _bytesOut + bytes);
        Volatile.Write(ref _writes, _writes + 1);
    }

    public void Written() => Volatile.Write(ref _writes, _writes + 1);

    /// <summary>Faults stand between the handler and the client; <paramref name="cut"/> ends their waiting.</summary>
    public void Hold(ConnectionFaults faults, Action cut)
    {
        _cut = cut;
        _faults = faults;
    }

    /// <summary>They do not any more.</summary>
    public void Release() => _cut = null;

    /// <summary>Before and after each write to the client while faults are between.</summary>
    public void Delivering() => Volatile.Write(ref _deliveries, _deliveries + 1);

    /// <summary>False: the client takes no more, and the handler returns.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        Context.Transport.Output.Write(bytes.Span);
        return await FlushAsync(bytes.Length);
    }

    /// <summary>Sends what was written, <paramref name="bytes"/> of it. False: the client takes no more, and the handler returns.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FlushAsync(long bytes)
    {
        Writing(bytes);
        var flushed = await Context.Transport.Output.FlushAsync();
        Written();
        if (flushed.IsCompleted)
        {
            TryEnd(CloseReason.ClientReset);
        }

        return !flushed.IsCompleted;
    }

    /// <summary>Says what ends the connection; the first to say so is right.</summary>
    public bool TryEnd(CloseReason reason) => Interlocked.CompareExchange(ref _reason, (int)reason, Open) == Open;

    /// <summary>Asks the handler to come to its end: it answers what it has and returns.</summary>
    public void Close(CloseReason reason)
    {
        if (!TryEnd(reason))
        {
            return;
        }

        _askedToEnd = true;
        if (Phase == ConnectionPhase.Handshake)
        {
            Context.Abort();
        }
        else
        {
            Context.Transport.Input.CancelPendingRead();
        }
    }

    /// <summary>Ends the connection at once, with a reset.</summary>
    public void Abort(CloseReason reason)
    {
        TryEnd(reason);
        Context.Abort();
        _cut?.Invoke();
    }

    public void Enter(ConnectionPhase phase) => Phase = phase;

    /// <summary>Hands the bytes since the last time to the channel's totals.</summary>
    public void Report()
    {
        lock (_reporting)
        {
            var (bytesIn, bytesOut) = (BytesIn, BytesOut);
            Channel.Counters.Add(bytesIn - _reportedIn, bytesOut - _reportedOut);
            (_reportedIn, _reportedOut) = (bytesIn, bytesOut);
        }
    }
}

/// <summary>Where a connection stands in its life; each phase has deadlines of its own.</summary>
internal enum ConnectionPhase
{
    /// <summary>PROXY header and TLS.</summary>
    Handshake,

    /// <summary>The handler has it.</summary>
    Serving,

    /// <summary>The handler is done, and faults hold back what it wrote last.</summary>
    Draining,

    /// <summary>Our FIN is sent; what still arrives is thrown away.</summary>
    Lingering,
}
