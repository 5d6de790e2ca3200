using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using EchoService.Tcp.Proxy;

namespace EchoService.Benchmarks;

/// <summary>A whole PROXY header with the client's first bytes behind it, and bytes that are none.</summary>
public class ProxyHeaderBenchmarks
{
    private ReadOnlySequence<byte> _bytes;

    public enum Kind
    {
        Version1,
        Version2,

        /// <summary>IPv6, with an ALPN and an authority TLV, as a balancer before TLS sends it.</summary>
        Version2Tlvs,
        NoHeader,
    }

    [ParamsAllValues]
    public Kind Header { get; set; }

    [GlobalSetup]
    public void Fill() => _bytes = new([.. HeaderOf(Header), .. "GET / HTTP/1.1\r\n"u8]);

    [Benchmark]
    public int Parse() => (int)ProxyHeaderParser.TryParse(_bytes, out _, out _, out _);

    private static byte[] HeaderOf(Kind kind) => kind switch
    {
        Kind.Version1 => Encoding.ASCII.GetBytes("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n"),
        Kind.Version2 => [.. ProxyHeaderV2.Signature, 0x21, 0x11, 0, 12, 192, 0, 2, 1, 192, 0, 2, 2, 0xDC, 0x04, 0x01, 0xBB],
        Kind.Version2Tlvs =>
        [
            .. ProxyHeaderV2.Signature, 0x21, 0x21, 0, 36 + 5 + 14,
            .. Convert.FromHexString("20010DB8000000000000000000000001"), .. Convert.FromHexString("20010DB8000000000000000000000002"), 0xDC, 0x04, 0x01, 0xBB,
            1, 0, 2, (byte)'h', (byte)'2',
            2, 0, 11, .. "example.org"u8,
        ],
        _ => [],
    };
}
