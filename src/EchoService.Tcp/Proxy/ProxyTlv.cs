namespace EchoService.Tcp.Proxy;

/// <summary>One type-length-value of a version 2 header. <see cref="Ssl"/> is set for the SSL type only.</summary>
internal sealed record ProxyTlv(byte Type, ReadOnlyMemory<byte> Value, ProxySsl? Ssl = null);

/// <summary>The inside of an SSL TLV: which of TLS and client certificate there was, 0 for a verified certificate, and the sub-TLVs.</summary>
internal sealed record ProxySsl(byte Client, uint Verify, IReadOnlyList<ProxyTlv> Tlvs);

/// <summary>The registered types (proxy-protocol.txt, section 2.2, up to version 3.2 of HAProxy).</summary>
internal static class ProxyTlvType
{
    public const byte Alpn = 0x01;
    public const byte Authority = 0x02;
    public const byte Crc32C = 0x03;
    public const byte Noop = 0x04;
    public const byte UniqueId = 0x05;
    public const byte Ssl = 0x20;
    public const byte SslVersion = 0x21;
    public const byte SslCommonName = 0x22;
    public const byte SslCipher = 0x23;
    public const byte SslSignatureAlgorithm = 0x24;
    public const byte SslKeyAlgorithm = 0x25;
    public const byte SslGroup = 0x26;
    public const byte SslSignatureScheme = 0x27;
    public const byte SslClientCertificate = 0x28;
    public const byte Netns = 0x30;

    /// <summary>The name as the specification writes it, without its prefix; null for one that is not registered.</summary>
    public static string? NameOf(byte type) => type switch
    {
        Alpn => "ALPN",
        Authority => "AUTHORITY",
        Crc32C => "CRC32C",
        Noop => "NOOP",
        UniqueId => "UNIQUE_ID",
        Ssl => "SSL",
        SslVersion => "SSL_VERSION",
        SslCommonName => "SSL_CN",
        SslCipher => "SSL_CIPHER",
        SslSignatureAlgorithm => "SSL_SIG_ALG",
        SslKeyAlgorithm => "SSL_KEY_ALG",
        SslGroup => "SSL_GROUP",
        SslSignatureScheme => "SSL_SIG_SCHEME",
        SslClientCertificate => "SSL_CLIENT_CERT",
        Netns => "NETNS",
        _ => null,
    };
}
