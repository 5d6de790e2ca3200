using System.Buffers;
using System.Net;
using System.Text;
using EchoService.Tcp.Proxy;
using FsCheck;
using FsCheck.Fluent;

namespace EchoService.Tests.Tcp.Proxy;

public sealed class ProxyHeaderProperties
{
    private static readonly Gen<byte> AnyByte = Gen.Choose(0, 255).Select(i => (byte)i);

    private static Gen<byte[]> Bytes(int length) => AnyByte.ArrayOf(length);

    private static readonly Gen<IPEndPoint> AnyEndPoint4 =
        from address in Bytes(4) from port in Gen.Choose(0, 65535) select new IPEndPoint(new IPAddress(address), port);

    private static readonly Gen<IPEndPoint> AnyEndPoint6 =
        from address in Gen.Elements<byte>(0, 0, 0, 1, 0xFF).ArrayOf(16) from port in Gen.Choose(0, 65535) select new IPEndPoint(new IPAddress(address), port);

    private static readonly Gen<(IPEndPoint Source, IPEndPoint Destination)> AnyPair = Gen.OneOf(
        from source in AnyEndPoint4 from destination in AnyEndPoint4 select (source, destination),
        from source in AnyEndPoint6 from destination in AnyEndPoint6 select (source, destination));

    private static readonly Gen<byte[]> AnyTlvs =
        from count in Gen.Choose(0, 5)
        from tlvs in (from type in Gen.Choose(0x40, 0xFF) from length in Gen.Choose(0, 300) from value in Bytes(length) select HeaderBytes.TlvBytes((byte)type, value)).ArrayOf(count)
        select tlvs.SelectMany(t => t).ToArray();

    private static readonly Gen<byte[]> AnyHeader = from pair in AnyPair from tlvs in AnyTlvs from v1 in Gen.Elements(true, false) select v1 ? V1(pair) : V2(pair, tlvs);

    [Fact]
    public void WhatIsWrittenIsReadWithWhateverFollows() => Check(
        from pair in AnyPair from tlvs in AnyTlvs from v1 in Gen.Elements(true, false) from tail in Bytes(20) select (pair, tlvs, v1, tail),
        sample =>
        {
            var bytes = sample.v1 ? V1(sample.pair) : V2(sample.pair, sample.tlvs);
            var parsing = Parsing.Of([.. bytes, .. sample.tail]);
            return parsing.Status == ProxyHeaderStatus.Parsed && parsing.Consumed == bytes.Length
                && sample.pair.Source.Equals(parsing.Header!.Source) && sample.pair.Destination.Equals(parsing.Header.Destination)
                && (sample.v1 || sample.tlvs.SequenceEqual(parsing.Header.Tlvs.SelectMany(t => HeaderBytes.TlvBytes(t.Type, t.Value.Span))));
        });

    [Fact]
    public void EveryTruncationNeedsMore() => Check(AnyHeader, header =>
        Enumerable.Range(0, header.Length).All(length => Parsing.Of(header[..length]).Status == ProxyHeaderStatus.NeedsMore));

    [Fact]
    public void MutatedHeadersNeverThrowAndHowTheyAreCutChangesNothing() => Check(
        from header in AnyHeader
        from edits in (from at in Gen.Choose(0, header.Length - 1) from value in AnyByte select (at, value)).ArrayOf(3)
        from length in Gen.Choose(0, header.Length)
        select (header, edits, length),
        sample =>
        {
            var bytes = sample.header.ToArray();
            foreach (var (at, value) in sample.edits)
            {
                bytes[at] = value;
            }

            return SameWhole(bytes) && SameWhole(bytes[..sample.length]);
        });

    [Fact]
    public void RandomBytesNeverThrow() => Check(
        from signature in Gen.Elements([], "PROXY "u8.ToArray(), "PROXY TCP4 "u8.ToArray(), "\r\n\r\n\0\r\nQUIT\n"u8.ToArray(), "\r\n\r\n\0\r\nQUIT\n\x21\x11\0"u8.ToArray())
        from length in Gen.Choose(0, 400)
        from rest in Bytes(length)
        select (byte[])[.. signature, .. rest],
        SameWhole);

    /// <summary>Fed byte by byte, the first answer other than "more" stands, and is the one for the whole.</summary>
    [Fact]
    public void FedByteByByteTheAnswerIsThatOfTheWhole() => Check(
        from header in AnyHeader from edit in AnyByte from at in Gen.Choose(0, header.Length - 1) from keep in Gen.Elements(true, false) select (header, edit, at, keep),
        sample =>
        {
            var bytes = sample.header.ToArray();
            bytes[sample.at] = sample.keep ? bytes[sample.at] : sample.edit;
            var whole = Parsing.Of(bytes);
            var first = Enumerable.Range(1, bytes.Length).Select(length => Parsing.Of(bytes[..length])).FirstOrDefault(p => p.Status != ProxyHeaderStatus.NeedsMore);
            return first is null ? whole.Status == ProxyHeaderStatus.NeedsMore : (first.Status, first.Error, first.Consumed) == (whole.Status, whole.Error, whole.Consumed);
        });

    private static bool SameWhole(byte[] bytes)
    {
        var whole = Parsing.Of(bytes);
        var scattered = Parsing.Of(Parsing.Scattered(bytes));
        return (whole.Status, whole.Error, whole.Consumed) == (scattered.Status, scattered.Error, scattered.Consumed)
            && (whole.Status == ProxyHeaderStatus.Parsed) == (whole.Header is not null)
            && whole.Consumed <= bytes.Length;
    }

    private static byte[] V1((IPEndPoint Source, IPEndPoint Destination) pair)
    {
        var family = pair.Source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "TCP4" : "TCP6";
        return Encoding.ASCII.GetBytes($"PROXY {family} {pair.Source.Address} {pair.Destination.Address} {pair.Source.Port} {pair.Destination.Port}\r\n");
    }

    private static byte[] V2((IPEndPoint Source, IPEndPoint Destination) pair, byte[] tlvs)
    {
        var inet = pair.Source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        return new HeaderBytes { FamilyAndTransport = (byte)(inet ? 0x11 : 0x21) }
            .Addresses(pair.Source.Address.ToString(), pair.Destination.Address.ToString(), (ushort)pair.Source.Port, (ushort)pair.Destination.Port)
            .Raw(tlvs).Build();
    }

    private static void Check<T>(Gen<T> samples, Func<T, bool> holds) =>
        FsCheck.Fluent.Prop.ForAll(samples.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
}
