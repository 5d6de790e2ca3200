namespace EchoService.Tcp.Proxy;

/// <summary>What a parser can say of the bytes so far.</summary>
internal enum ProxyHeaderStatus
{
    /// <summary>A header may begin here, but is not complete. Nothing is consumed.</summary>
    NeedsMore,

    /// <summary>A whole header; the bytes after it are the client's.</summary>
    Parsed,

    /// <summary>Not a header, or a broken one.</summary>
    Invalid,
}

/// <summary>Why bytes are not a header.</summary>
internal enum ProxyHeaderError
{
    None,

    /// <summary>The stream ended within the header.</summary>
    Truncated,

    /// <summary>Neither version begins like this: these bytes are somebody's data.</summary>
    NoHeader,

    /// <summary>No CR LF within 107 bytes.</summary>
    LineTooLong,

    /// <summary>A CR without LF, or an LF without CR.</summary>
    LineEnd,

    /// <summary>Version 1: neither TCP4, TCP6 nor UNKNOWN, or not exactly six fields with one space between.</summary>
    Fields,
    Address,
    Port,
    Version,
    Command,
    Family,
    Transport,

    /// <summary>Version 2: the announced length is above <see cref="ProxyHeaderParser.MaxLength"/>.</summary>
    TooLong,

    /// <summary>Version 2: the announced length is too small for the family's addresses.</summary>
    TooShort,

    /// <summary>A TLV that runs over the end, or one whose value has a wrong size.</summary>
    Tlv,
    Checksum,
}
