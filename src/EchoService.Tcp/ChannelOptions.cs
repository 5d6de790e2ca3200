using EchoService.Tcp.Faults;
using EchoService.Tcp.Proxy;
using EchoService.Tcp.Tls;

namespace EchoService.Tcp;

/// <summary>What a channel does with a connection. A new kind is one <c>ConnectionHandler</c> and one line in <see cref="ChannelKinds"/>.</summary>
public enum ChannelKind
{
    /// <summary>Sends back what it receives (RFC 862, with a prefix by default).</summary>
    Echo,

    /// <summary>Receives only (RFC 863).</summary>
    Discard,

    /// <summary>Finds characters by the words of their Unicode names.</summary>
    Characters,

    /// <summary>Reads a number and sends as many lines.</summary>
    Repeat,

    /// <summary>Sends lines of printable characters until the client goes (RFC 864).</summary>
    Chargen,

    /// <summary>Sends the date and time as text (RFC 867).</summary>
    Daytime,

    /// <summary>Sends the seconds since 1900 as four bytes (RFC 868).</summary>
    Time,

    /// <summary>Sends what it knows of the connection, as one line of JSON.</summary>
    Info,
}

/// <summary>What one <see cref="ChannelOptions.ReplyPrefix"/> is for.</summary>
public enum EchoUnit
{
    /// <summary>A line, however its bytes were cut.</summary>
    Line,

    /// <summary>What arrived at once.</summary>
    Chunk,
}

/// <summary>When the service closes a connection by itself.</summary>
public enum CloseAfter
{
    Never,

    /// <summary>After <see cref="CloseOptions.Count"/> replies.</summary>
    Replies,

    /// <summary>When <see cref="CloseOptions.Count"/> bytes have come; they are answered, what follows is not.</summary>
    Bytes,

    /// <summary><see cref="CloseOptions.Seconds"/> after accept, even while traffic flows.</summary>
    Time,

    /// <summary>At once.</summary>
    Accept,
}

/// <summary>How the service closes.</summary>
public enum CloseWith
{
    /// <summary>Half-close, read what still arrives for a bounded time, close: the last reply is never lost to a reset.</summary>
    Fin,

    /// <summary>A reset, after the last reply was handed to the network.</summary>
    Reset,
}

/// <summary>Section <c>Tcp:Channels:&lt;name&gt;</c>.</summary>
public sealed class ChannelOptions
{
    public bool Enabled { get; set; } = true;

    /// <summary>0 asks for a free one; with <c>localhost</c> the same on both loopbacks.</summary>
    public int? Port { get; set; }

    /// <summary><c>localhost</c> (both loopbacks), <c>*</c> (any) or an IP address.</summary>
    public string Address { get; set; } = "localhost";

    public ChannelKind Kind { get; set; } = ChannelKind.Echo;

    /// <summary>Echo: before each unit, as UTF-8. Empty: RFC 862 verbatim.</summary>
    public string ReplyPrefix { get; set; } = "Echoed back: ";

    /// <summary>Echo: what gets the prefix, and what counts as a reply.</summary>
    public EchoUnit Unit { get; set; } = EchoUnit.Line;

    /// <summary>Whether connections begin with a PROXY header.</summary>
    public ProxyProtocol ProxyProtocol { get; set; } = ProxyProtocol.Off;

    /// <summary>Networks (CIDR) or addresses whose PROXY headers are believed; none by default.</summary>
    public IList<string> TrustedProxies { get; } = [];

    /// <summary>TLS, where the section is there.</summary>
    public TlsOptions? Tls { get; set; }

    /// <summary>Repeat: the largest number that is answered with lines.</summary>
    public long MaxLines { get; set; } = 1_000_000;

    /// <summary>What goes wrong with its connections, in this order; none by default.</summary>
    public IList<FaultOptions> Faults { get; } = [];

    public CloseOptions Close { get; } = new();

    public LimitOptions Limits { get; } = new();

    public TimeoutOptions Timeouts { get; } = new();
}

/// <summary>Section <c>Tcp:Channels:&lt;name&gt;:Close</c>.</summary>
public sealed class CloseOptions
{
    public CloseAfter After { get; set; } = CloseAfter.Never;

    /// <summary>Replies or bytes, for <see cref="CloseAfter.Replies"/> and <see cref="CloseAfter.Bytes"/>.</summary>
    public long Count { get; set; } = 1;

    /// <summary>For <see cref="CloseAfter.Time"/>.</summary>
    public double Seconds { get; set; } = 1;

    public CloseWith With { get; set; } = CloseWith.Fin;
}
