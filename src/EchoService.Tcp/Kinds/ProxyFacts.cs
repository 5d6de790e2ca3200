using System.Text;
using EchoService.Tcp.Proxy;

namespace EchoService.Tcp.Kinds;

/// <summary>A PROXY header as JSON shows it: addresses as text, values as text where they are printable and hexadecimal where not.</summary>
internal static class ProxyFacts
{
    public static object Of(ProxyHeader header) => new
    {
        version = header.Version,
        command = header.Command,
        family = header.Family,
        transport = header.Transport,
        source = header.Source?.ToString() ?? header.SourcePath,
        destination = header.Destination?.ToString() ?? header.DestinationPath,
        tlvs = header.Tlvs.Select(Of),
    };

    private static object Of(ProxyTlv tlv)
    {
        var type = ProxyTlvType.NameOf(tlv.Type) ?? $"0x{tlv.Type:X2}";
        return tlv.Ssl is { } ssl
            ? new { type, client = ssl.Client, verify = ssl.Verify, tlvs = ssl.Tlvs.Select(Of) }
            : new { type, value = Text(tlv.Value.Span) };
    }

    private static string Text(ReadOnlySpan<byte> value) =>
        value.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? Convert.ToHexStringLower(value) : Encoding.ASCII.GetString(value);
}
