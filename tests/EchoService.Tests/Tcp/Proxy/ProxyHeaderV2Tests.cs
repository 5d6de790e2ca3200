using System.Net;
using System.Text;
using EchoService.Tcp.Proxy;

namespace EchoService.Tests.Tcp.Proxy;

public sealed class ProxyHeaderV2Tests
{
    [Theory]
    [InlineData(0x11, nameof(ProxyTransport.Stream))]
    [InlineData(0x12, nameof(ProxyTransport.Dgram))]
    public void ReadsInetAddressesOfBothTransports(byte familyAndTransport, string transport)
    {
        var bytes = new HeaderBytes { FamilyAndTransport = familyAndTransport }.Addresses("203.0.113.7", "198.51.100.1", 35646, 443).Build();
        var parsing = Parsing.Of([.. bytes, .. "data"u8]);

        Assert.Equal((ProxyHeaderStatus.Parsed, 28L), (parsing.Status, parsing.Consumed));
        Assert.Equal(IPEndPoint.Parse("203.0.113.7:35646"), parsing.Header!.Source);
        Assert.Equal(IPEndPoint.Parse("198.51.100.1:443"), parsing.Header.Destination);
        Assert.Equal((2, ProxyCommand.Proxy, ProxyFamily.Inet, transport), (parsing.Header.Version, parsing.Header.Command, parsing.Header.Family, parsing.Header.Transport.ToString()));
    }

    [Fact]
    public void ReadsInet6Addresses()
    {
        var parsing = Parsing.Of(HeaderBytes.Tcp6().Build());
        Assert.Equal(52, parsing.Consumed);
        Assert.Equal(IPEndPoint.Parse("[2001:db8::7]:35646"), parsing.Header!.Source);
        Assert.Equal(IPEndPoint.Parse("[2001:db8::1]:443"), parsing.Header.Destination);
    }

    [Theory]
    [InlineData(0x31)]
    [InlineData(0x32)]
    public void ReadsUnixPathsAndGivesNoAddress(byte familyAndTransport)
    {
        var block = new byte[216];
        "/run/client.sock"u8.CopyTo(block);
        "\0abstract"u8.CopyTo(block.AsSpan(108));
        var parsing = Parsing.Of(new HeaderBytes { FamilyAndTransport = familyAndTransport }.Raw(block).Tlv(1, "h2").Build());

        Assert.Equal((ProxyHeaderStatus.Parsed, 237L), (parsing.Status, parsing.Consumed));
        Assert.Equal(("/run/client.sock", "@abstract"), (parsing.Header!.SourcePath, parsing.Header.DestinationPath));
        Assert.Null(parsing.Header.Source);
        Assert.Single(parsing.Header.Tlvs);
    }

    [Theory]
    [InlineData(0x00, 0)]
    [InlineData(0xFF, 0)]
    [InlineData(0x11, 3)]
    [InlineData(0x21, 400)]
    public void LocalSkipsWhateverItsBlockHolds(byte familyAndTransport, int length)
    {
        var bytes = new HeaderBytes { VersionAndCommand = HeaderBytes.Local, FamilyAndTransport = familyAndTransport }.Raw(new byte[length]).Build();
        var parsing = Parsing.Of([.. bytes, 1, 2, 3]);
        Assert.Equal((ProxyHeaderStatus.Parsed, 16L + length), (parsing.Status, parsing.Consumed));
        Assert.Equal(ProxyCommand.Local, parsing.Header!.Command);
        Assert.Null(parsing.Header.Source);
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x01)]
    [InlineData(0x02)]
    [InlineData(0x10)]
    [InlineData(0x20)]
    public void UnspecifiedFamilyOrTransportGivesNoAddress(byte familyAndTransport)
    {
        var parsing = Parsing.Of(new HeaderBytes { FamilyAndTransport = familyAndTransport }.Raw(new byte[36]).Build());
        Assert.Equal((ProxyHeaderStatus.Parsed, 52L), (parsing.Status, parsing.Consumed));
        Assert.Null(parsing.Header!.Source);
        Assert.Null(parsing.Header.Destination);
    }

    [Fact]
    public void KeepsEveryTlvInOrder()
    {
        byte[] ssl = [0x07, 0, 0, 0, 1, .. HeaderBytes.TlvBytes(0x21, "TLSv1.3"u8), .. HeaderBytes.TlvBytes(0x22, "client"u8), .. HeaderBytes.TlvBytes(0x28, [0x30, 0])];
        var bytes = HeaderBytes.Tcp4().Tlv(1, "h2").Tlv(2, "echo.example").Tlv(4, [0, 0, 0]).Tlv(5, new byte[128]).Tlv(0x20, ssl).Tlv(0x30, "blue").Tlv(0xEA, [1, 2])
            .Tlv(0xEA, []).BuildWithChecksum();
        var parsing = Parsing.Of(bytes);

        Assert.Equal((ProxyHeaderStatus.Parsed, (long)bytes.Length), (parsing.Status, parsing.Consumed));
        Assert.Equal([1, 2, 4, 5, 0x20, 0x30, 0xEA, 0xEA, 3], parsing.Header!.Tlvs.Select(t => (int)t.Type));
        Assert.Equal("echo.example", Encoding.UTF8.GetString(parsing.Header.Tlvs[1].Value.Span));
        var inner = parsing.Header.Tlvs[4].Ssl!;
        Assert.Equal((7, 1u), (inner.Client, inner.Verify));
        Assert.Equal(["SSL_VERSION", "SSL_CN", "SSL_CLIENT_CERT"], inner.Tlvs.Select(t => ProxyTlvType.NameOf(t.Type)!));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(0x80000000u)]
    public void AWrongChecksumIsRefused(uint flip) =>
        Assert.Equal(ProxyHeaderError.Checksum, Parsing.Of(HeaderBytes.Tcp4().Tlv(2, "a").BuildWithChecksum(flip)).Error);

    [Fact]
    public void TheChecksumCoversEveryByteOfTheHeader()
    {
        var good = HeaderBytes.Tcp4().Tlv(2, "echo.example").BuildWithChecksum();
        Assert.Equal(ProxyHeaderStatus.Parsed, Parsing.Of(good).Status);
        for (var bit = 16 * 8; bit < good.Length * 8; bit++)
        {
            var bad = good.ToArray();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));

            // Without its type or with another length there is no checksum to check.
            if (bit / 8 is not (28 or 29 or 30) && bit / 8 < good.Length - 7)
            {
                Assert.Equal(ProxyHeaderError.Checksum, Parsing.Of(bad).Error);
            }
            else
            {
                Assert.True(Parsing.Of(bad).Error is ProxyHeaderError.Checksum or ProxyHeaderError.Tlv || bit / 8 is 28 || bit / 8 == good.Length - 7);
            }
        }
    }

    public static TheoryData<string, byte[]> Broken => new()
    {
        { nameof(ProxyHeaderError.Version), new HeaderBytes { VersionAndCommand = 0x11 }.Addresses("1.2.3.4", "1.2.3.4", 1, 2).Build() },
        { nameof(ProxyHeaderError.Version), new HeaderBytes { VersionAndCommand = 0x31 }.Addresses("1.2.3.4", "1.2.3.4", 1, 2).Build() },
        { nameof(ProxyHeaderError.Command), new HeaderBytes { VersionAndCommand = 0x22 }.Addresses("1.2.3.4", "1.2.3.4", 1, 2).Build() },
        { nameof(ProxyHeaderError.Family), new HeaderBytes { FamilyAndTransport = 0x41 }.Raw(new byte[12]).Build() },
        { nameof(ProxyHeaderError.Transport), new HeaderBytes { FamilyAndTransport = 0x13 }.Raw(new byte[12]).Build() },
        { nameof(ProxyHeaderError.TooShort), new HeaderBytes { FamilyAndTransport = 0x11 }.Raw(new byte[11]).Build() },
        { nameof(ProxyHeaderError.TooShort), new HeaderBytes { FamilyAndTransport = 0x21 }.Raw(new byte[35]).Build() },
        { nameof(ProxyHeaderError.TooShort), new HeaderBytes { FamilyAndTransport = 0x31 }.Raw(new byte[215]).Build() },
        { nameof(ProxyHeaderError.Tlv), HeaderBytes.Tcp4().Raw([1]).Build() },
        { nameof(ProxyHeaderError.Tlv), HeaderBytes.Tcp4().Raw([1, 0]).Build() },
        { nameof(ProxyHeaderError.Tlv), HeaderBytes.Tcp4().Raw([1, 0, 1]).Build() },
        { nameof(ProxyHeaderError.Tlv), HeaderBytes.Tcp4().Raw([1, 0xFF, 0xFF, 0]).Build() },
        { nameof(ProxyHeaderError.Tlv), HeaderBytes.Tcp4().Tlv(3, [1, 2, 3]).Build() },
        { nameof(ProxyHeaderError.Tlv), HeaderBytes.Tcp4().Tlv(3, [1, 2, 3, 4]).Tlv(3, [1, 2, 3, 4]).Build() },
        { nameof(ProxyHeaderError.Tlv), HeaderBytes.Tcp4().Tlv(5, new byte[129]).Build() },
        { nameof(ProxyHeaderError.Tlv), HeaderBytes.Tcp4().Tlv(0x20, new byte[4]).Build() },
        { nameof(ProxyHeaderError.Tlv), HeaderBytes.Tcp4().Tlv(0x20, [1, 0, 0, 0, 0, 0x21, 0, 9, 1]).Build() },
        { nameof(ProxyHeaderError.Checksum), HeaderBytes.Tcp4().Tlv(3, [0, 0, 0, 0]).Build() },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void RefusesWhatTheSpecificationForbids(string error, byte[] bytes)
    {
        var parsing = Parsing.Of(bytes);
        Assert.Equal((ProxyHeaderStatus.Invalid, error, 0L), (parsing.Status, parsing.Error.ToString(), parsing.Consumed));
        Assert.Null(parsing.Header);
    }

    [Fact]
    public void AnOversizedHeaderIsRefusedByItsFixedPartAlone()
    {
        byte[] Announcing(int length) => [.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x11, (byte)(length >> 8), (byte)length];
        Assert.Equal(ProxyHeaderStatus.NeedsMore, Parsing.Of(Announcing(ProxyHeaderParser.MaxLength - 16)).Status);
        Assert.Equal(ProxyHeaderError.TooLong, Parsing.Of(Announcing(ProxyHeaderParser.MaxLength - 15)).Error);
        Assert.Equal(ProxyHeaderError.TooLong, Parsing.Of(Announcing(65535)).Error);
    }

    [Fact]
    public void NeedsMoreAtEveryLengthBeforeTheLast()
    {
        var bytes = HeaderBytes.Tcp6().Tlv(2, "echo.example").BuildWithChecksum();
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(ProxyHeaderStatus.NeedsMore, Parsing.Of(bytes[..length]).Status);
        }

        Assert.Equal(ProxyHeaderStatus.Parsed, Parsing.Of(Parsing.Scattered(bytes)).Status);
    }
}
