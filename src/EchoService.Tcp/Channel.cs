using System.Net;
using System.Text;
using EchoService.Tcp.Faults;
using Microsoft.Extensions.Options;

namespace EchoService.Tcp;

/// <summary>A configured channel while the service runs: its settings in the form the hot path wants, where it listens, its counters.</summary>
internal sealed class Channel(string name, ChannelOptions options, TcpOptions general)
{
    private readonly List<IPEndPoint> _bound = [];

    public string Name { get; } = name;

    public ChannelOptions Options { get; } = options;

    public byte[] ReplyPrefix { get; } = Encoding.UTF8.GetBytes(options.ReplyPrefix);

    public ChannelTimeouts Timeouts { get; } = ChannelTimeouts.Of(options.Timeouts, general.Timeouts);

    /// <summary><c>Close:After=Time</c> in milliseconds from accept; 0 without it.</summary>
    public long CloseAfterMs { get; } = options.Close.After == CloseAfter.Time ? (long)Math.Ceiling(options.Close.Seconds * 1000) : 0;

    public TimeSpan Linger { get; } = TimeSpan.FromSeconds(options.Limits.LingerSeconds ?? general.Limits.LingerSeconds ?? 0);

    public long LingerBytes { get; } = options.Limits.LingerBytes ?? general.Limits.LingerBytes ?? 0;

    public ChannelFaults Faults { get; } = new(name, options.Faults);

    public ChannelCounters Counters { get; } = new();

    /// <summary>Every address of the channel is bound.</summary>
    public bool IsListening { get; private set; }

    /// <summary>The port in use, once the channel listens; 0 before.</summary>
    public int Port
    {
        get
        {
            lock (_bound)
            {
                return _bound.Count == 0 ? 0 : _bound[0].Port;
            }
        }
    }

    public void Bound(IPEndPoint endPoint, bool isLast)
    {
        lock (_bound)
        {
            _bound.Add(endPoint);
            IsListening |= isLast;
        }
    }
}

/// <summary>A channel's timeouts in milliseconds; 0 is off.</summary>
internal sealed record ChannelTimeouts(long Handshake, long FirstByte, long Idle, long WriteStall, long Lifetime)
{
    public static ChannelTimeouts Of(TimeoutOptions own, TimeoutOptions general) => new(
        Milliseconds(own.HandshakeSeconds ?? general.HandshakeSeconds),
        Milliseconds(own.FirstByteSeconds ?? general.FirstByteSeconds),
        Milliseconds(own.IdleSeconds ?? general.IdleSeconds),
        Milliseconds(own.WriteStallSeconds ?? general.WriteStallSeconds),
        Milliseconds(own.LifetimeSeconds ?? general.LifetimeSeconds));

    private static long Milliseconds(double? seconds) => (long)Math.Ceiling((seconds ?? 0) * 1000);
}

/// <summary>The enabled channels, in the order of their configuration.</summary>
internal sealed class ChannelTable(IOptions<TcpOptions> options)
{
    public IReadOnlyList<Channel> All { get; } =
        [.. options.Value.Channels.Where(c => c.Value.Enabled).Select(c => new Channel(c.Key, c.Value, options.Value))];

    public Channel? Find(string name) => All.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));
}
