namespace EchoService.Tcp;

/// <summary>Section <c>Tcp</c>: the channels, and what holds for all of them.</summary>
public sealed class TcpOptions
{
    public const string Section = "Tcp";

    /// <summary>
    /// By name. A channel that is configured is merged into these defaults key by key: <c>Tcp:Channels:echo:Port=7</c> moves echo and
    /// leaves the rest as it is; <c>Enabled=false</c> takes a default channel away.
    /// </summary>
    public Dictionary<string, ChannelOptions> Channels { get; } = new(StringComparer.OrdinalIgnoreCase)
    {
        ["echo"] = new() { Kind = ChannelKind.Echo, Port = 8888 },
        ["characters"] = new() { Kind = ChannelKind.Characters, Port = 2323 },
        ["repeat"] = new() { Kind = ChannelKind.Repeat, Port = 1234 },
        ["discard"] = new() { Kind = ChannelKind.Discard, Port = 8890 },
    };

    /// <summary>Who moves the bytes between sockets and channels.</summary>
    public TcpTransport Transport { get; set; } = TcpTransport.Auto;

    public LimitOptions Limits { get; } = new()
    {
        MaxConnections = 10_000,
        PerAddress = 1_000,
        AcceptsPerSecond = 0,
        LingerSeconds = 1,
        LingerBytes = 16 << 20,
    };

    public TimeoutOptions Timeouts { get; } = new()
    {
        HandshakeSeconds = 10,
        FirstByteSeconds = 60,
        IdleSeconds = 300,
        WriteStallSeconds = 30,
        LifetimeSeconds = 0,
    };
}

/// <summary><c>Tcp:Transport</c>.</summary>
public enum TcpTransport
{
    /// <summary>On Linux the service's own, which waits by epoll; elsewhere <see cref="Sockets"/>.</summary>
    Auto,

    /// <summary>Kestrel's, as its HTTP port has it: runs on every system, and takes about twice the processor time a message.</summary>
    Sockets,
}

/// <summary><c>Tcp:Limits</c>, and again under a channel, where a value that is not set is taken from there. 0 switches one off.</summary>
public sealed class LimitOptions
{
    /// <summary>Open connections: of all channels together; under a channel, of that channel (the total holds as well).</summary>
    public int? MaxConnections { get; set; }

    /// <summary>Open connections of one client: an IPv4 address, or an IPv6 /64 network, which is what one customer usually has (RFC 6177). Under a channel: counted there alone.</summary>
    public int? PerAddress { get; set; }

    /// <summary>New connections a second; a burst of as many is let through. Under a channel: counted there alone.</summary>
    public int? AcceptsPerSecond { get; set; }

    /// <summary>After our FIN, how long to go on reading what the client still sends, so that no reset overtakes the last reply.</summary>
    public double? LingerSeconds { get; set; }

    /// <summary>After our FIN, how many bytes to go on reading. With 1 MB, every close under 8 MB of traffic was a reset.</summary>
    public long? LingerBytes { get; set; }
}

/// <summary><c>Tcp:Timeouts</c> in seconds, and again under a channel, where a value that is not set is taken from there. 0 switches one off.</summary>
public sealed class TimeoutOptions
{
    /// <summary>From accept until PROXY header and TLS handshake, together, are done.</summary>
    public double? HandshakeSeconds { get; set; }

    /// <summary>Until a client that has to speak has sent its first byte.</summary>
    public double? FirstByteSeconds { get; set; }

    /// <summary>The longest silence in both directions.</summary>
    public double? IdleSeconds { get; set; }

    /// <summary>The longest time for the client to take one write (at most 64 KB).</summary>
    public double? WriteStallSeconds { get; set; }

    /// <summary>From accept to close, whatever happens.</summary>
    public double? LifetimeSeconds { get; set; }
}
