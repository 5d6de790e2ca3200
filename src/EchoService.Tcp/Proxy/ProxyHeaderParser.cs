using System.Buffers;

namespace EchoService.Tcp.Proxy;

/// <summary>
/// PROXY protocol versions 1 and 2 to the letter of HAProxy's proxy-protocol.txt. A pure function of the bytes: it can be
/// called again with more of them until it answers other than <see cref="ProxyHeaderStatus.NeedsMore"/>.
/// </summary>
internal static class ProxyHeaderParser
{
    /// <summary>
    /// Largest version 2 header in bytes, the 16 fixed ones included. The length field allows 65,551; headers seen in practice
    /// are below 600 bytes, and 16 KiB leaves room for a client certificate in an SSL TLV.
    /// </summary>
    public const int MaxLength = 16 * 1024;

    public static ProxyHeaderStatus TryParse(
        in ReadOnlySequence<byte> input, out ProxyHeader? header, out SequencePosition consumed, out ProxyHeaderError error)
    {
        (header, consumed, error) = (null, input.Start, ProxyHeaderError.None);
        if (input.IsEmpty)
        {
            return ProxyHeaderStatus.NeedsMore;
        }

        var second = BeginsLike(input, ProxyHeaderV2.Signature);
        if (!second && !BeginsLike(input, ProxyHeaderV1.Signature))
        {
            error = ProxyHeaderError.NoHeader;
            return ProxyHeaderStatus.Invalid;
        }

        var signature = second ? ProxyHeaderV2.Signature : ProxyHeaderV1.Signature;

        if (input.Length < signature.Length)
        {
            return ProxyHeaderStatus.NeedsMore;
        }

        var length = second ? ProxyHeaderV2.Measure(input, out error) : ProxyHeaderV1.Measure(input, out error);
        if (error == ProxyHeaderError.None && (length == 0 || length > input.Length))
        {
            return ProxyHeaderStatus.NeedsMore;
        }

        if (error == ProxyHeaderError.None)
        {
            var bytes = input.Slice(0, length).ToArray();
            error = second ? ProxyHeaderV2.Parse(bytes, out header) : ProxyHeaderV1.Parse(bytes, out header);
        }

        if (error != ProxyHeaderError.None)
        {
            header = null;
            return ProxyHeaderStatus.Invalid;
        }

        consumed = input.GetPosition(length);
        return ProxyHeaderStatus.Parsed;
    }

    /// <summary>Whether the bytes so far have a whole signature, so that nobody can take what follows for data.</summary>
    public static bool HasSignature(in ReadOnlySequence<byte> input) =>
        (input.Length >= ProxyHeaderV1.Signature.Length && BeginsLike(input, ProxyHeaderV1.Signature))
        || (input.Length >= ProxyHeaderV2.Signature.Length && BeginsLike(input, ProxyHeaderV2.Signature));

    private static bool BeginsLike(in ReadOnlySequence<byte> input, ReadOnlySpan<byte> signature)
    {
        Span<byte> begin = stackalloc byte[ProxyHeaderV2.SignatureLength];
        var length = (int)Math.Min(input.Length, signature.Length);
        input.Slice(0, length).CopyTo(begin);
        return begin[..length].SequenceEqual(signature[..length]);
    }
}
