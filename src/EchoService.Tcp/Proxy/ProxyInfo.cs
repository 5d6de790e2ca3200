using System.Text;
using System.Text.Json.Serialization;

namespace EchoService.Tcp.Proxy;

/// <summary>A header as the Info channel writes it, in the specification's words.</summary>
internal sealed record ProxyInfo(
    int Version, string Command, string Family, string Transport, string? Source, string? Destination, IReadOnlyList<ProxyTlvInfo> Tlvs)
{
    public static ProxyInfo Of(ProxyHeader header) => new(
        header.Version,
        header.Command.ToString().ToUpperInvariant(),
        header.Family.ToString().ToUpperInvariant(),
        header.Transport.ToString().ToUpperInvariant(),
        header.Source?.ToString() ?? header.SourcePath,
        header.Destination?.ToString() ?? header.DestinationPath,
        [.. header.Tlvs.Select(ProxyTlvInfo.Of)]);
}

/// <param name="Name">Null for a type that is not registered.</param>
/// <param name="Text">The value where it is text.</param>
/// <param name="Client">SSL: 1 TLS, 2 a client certificate in this connection, 4 in its session.</param>
/// <param name="Verify">SSL: 0 for a client certificate that was verified.</param>
internal sealed record ProxyTlvInfo(
    int Type,
    string? Name,
    string? Text,
    string Hex,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Client = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] uint? Verify = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ProxyTlvInfo>? Tlvs = null)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ProxyTlvInfo Of(ProxyTlv tlv) => new(
        tlv.Type,
        ProxyTlvType.NameOf(tlv.Type),
        TextOf(tlv.Value.Span),
        Convert.ToHexStringLower(tlv.Value.Span),
        tlv.Ssl?.Client,
        tlv.Ssl?.Verify,
        tlv.Ssl is { } ssl ? [.. ssl.Tlvs.Select(Of)] : null);

    private static string? TextOf(ReadOnlySpan<byte> value)
    {
        try
        {
            var text = Strict.GetString(value);
            return text.Length > 0 && !text.Any(char.IsControl) ? text : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
