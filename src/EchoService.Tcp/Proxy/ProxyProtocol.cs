namespace EchoService.Tcp.Proxy;

/// <summary>Whether connections of a channel begin with a PROXY header (HAProxy's proxy-protocol.txt, versions 1 and 2).</summary>
public enum ProxyProtocol
{
    /// <summary>What looks like a header is data.</summary>
    Off,

    /// <summary>A trusted proxy may send one. Bytes of others are data, whatever they look like.</summary>
    Optional,

    /// <summary>A trusted proxy has to send one. Others are refused.</summary>
    Required,
}
