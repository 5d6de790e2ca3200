using System.Net;

namespace EchoService.Tcp.Proxy;

/// <summary>
/// What a PROXY header says, as a feature of the connection once one was accepted. Addresses are null where the header
/// gives none that can be used (LOCAL, UNKNOWN, UNSPEC, UNIX): the real peer then stays the client.
/// Source: HAProxy's proxy-protocol.txt, sections 2.1 and 2.2.
/// </summary>
internal sealed record ProxyHeader(
    int Version,
    ProxyCommand Command,
    ProxyFamily Family,
    ProxyTransport Transport,
    IPEndPoint? Source = null,
    IPEndPoint? Destination = null)
{
    /// <summary>Paths of a UNIX family header, without padding; an abstract name begins with <c>@</c>, an unnamed socket is empty.</summary>
    public string? SourcePath { get; init; }

    /// <inheritdoc cref="SourcePath"/>
    public string? DestinationPath { get; init; }

    /// <summary>All TLVs in the order they came, unknown ones included.</summary>
    public IReadOnlyList<ProxyTlv> Tlvs { get; init; } = [];
}

internal enum ProxyCommand
{
    Local = 0,
    Proxy = 1,
}

internal enum ProxyFamily
{
    Unspec = 0,
    Inet = 1,
    Inet6 = 2,
    Unix = 3,
}

internal enum ProxyTransport
{
    Unspec = 0,
    Stream = 1,
    Dgram = 2,
}
