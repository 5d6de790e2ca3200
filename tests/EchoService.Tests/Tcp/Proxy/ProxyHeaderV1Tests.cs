using System.Net;
using System.Text;
using EchoService.Tcp.Proxy;

namespace EchoService.Tests.Tcp.Proxy;

public sealed class ProxyHeaderV1Tests
{
    private const string Full = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

    [Fact]
    public void ReadsTheSpecificationsExampleAndLeavesTheRequest()
    {
        var parsing = Parsing.Of("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\nGET / HTTP/1.1\r\nHost: 192.168.0.11\r\n\r\n");

        Assert.Equal(ProxyHeaderStatus.Parsed, parsing.Status);
        Assert.Equal(47, parsing.Consumed);
        Assert.Equal(
            new ProxyHeader(1, ProxyCommand.Proxy, ProxyFamily.Inet, ProxyTransport.Stream, IPEndPoint.Parse("192.168.0.1:56324"), IPEndPoint.Parse("192.168.0.11:443")),
            parsing.Header! with { Tlvs = new ProxyHeader(1, default, default, default).Tlvs });
    }

    [Theory]
    [InlineData("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", 56, "255.255.255.255:65535")]
    [InlineData($"PROXY TCP6 {Full} {Full} 65535 65535\r\n", 104, $"[{Full}]:65535")]
    [InlineData("PROXY UNKNOWN\r\n", 15, null)]
    [InlineData($"PROXY UNKNOWN {Full} {Full} 65535 65535\r\n", 107, null)]
    [InlineData("PROXY UNKNOWN  what ever, it is ignored\r\n", 41, null)]
    [InlineData("PROXY TCP4 0.0.0.0 1.2.3.4 0 0\r\n", 32, "0.0.0.0:0")]
    [InlineData("PROXY TCP6 :: ::1 1 2\r\n", 23, "[::]:1")]
    [InlineData("PROXY TCP6 2001:DB8::00ff fe80:0:0:0:0:0:0:1 1 2\r\n", 50, "[2001:db8::ff]:1")]
    [InlineData("PROXY TCP6 1:2:3:4:5:6:7:: ::2:3:4:5:6:7:8 1 2\r\n", 48, "[1:2:3:4:5:6:7:0]:1")]
    [InlineData("PROXY TCP6 ::ffff:10.1.2.3 ::1 1 2\r\n", 36, "[::ffff:10.1.2.3]:1")]
    public void AcceptsWorstCasesAndEveryForm(string line, int length, string? source)
    {
        Assert.Equal(length, line.Length);
        var parsing = Parsing.Of(line + "data");
        Assert.Equal((ProxyHeaderStatus.Parsed, length), (parsing.Status, parsing.Consumed));
        Assert.Equal(source is null ? null : IPEndPoint.Parse(source), parsing.Header!.Source);
    }

    [Theory]
    [InlineData("PROXY TCP4 192.168.0.01 1.2.3.4 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP4 00.1.1.1 1.2.3.4 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP4 1.2.3 1.2.3.4 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP4 1.2.3.4.5 1.2.3.4 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP4 1.2.3.256 1.2.3.4 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP4 1.2.3.-4 1.2.3.4 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP4 0x7f.0.0.1 1.2.3.4 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3. 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP4 ::1 1.2.3.4 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP4 1.2.3.4 ::1 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP6 1.2.3.4 ::1 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP6 fe80::1%eth0 ::1 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP6 fe80::1%1 ::1 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP6 [::1] ::1 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP6 1::2::3 ::1 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP6 ::: ::1 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP6 1:2:3:4:5:6:7 ::1 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP6 1:2:3:4::5:6:7:8 ::1 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP6 12345:: ::1 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP6 g:: ::1 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP6 :1::2 ::1 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP6 1.2.3.4::1 ::1 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP6 1:2:3:4:5:6:7:1.2.3.4 ::1 1 2", nameof(ProxyHeaderError.Address))]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 01 2", nameof(ProxyHeaderError.Port))]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 +1 2", nameof(ProxyHeaderError.Port))]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 -1 2", nameof(ProxyHeaderError.Port))]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 1 65536", nameof(ProxyHeaderError.Port))]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 1 123456", nameof(ProxyHeaderError.Port))]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 1 0x2", nameof(ProxyHeaderError.Port))]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 1 ", nameof(ProxyHeaderError.Port))]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 1", nameof(ProxyHeaderError.Fields))]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 ", nameof(ProxyHeaderError.Fields))]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3 4", nameof(ProxyHeaderError.Fields))]
    [InlineData("PROXY TCP4  1.2.3.4 1.2.3.4 1 2", nameof(ProxyHeaderError.Fields))]
    [InlineData("PROXY  TCP4 1.2.3.4 1.2.3.4 1 2", nameof(ProxyHeaderError.Fields))]
    [InlineData("PROXY TCP4\t1.2.3.4 1.2.3.4 1 2", nameof(ProxyHeaderError.Fields))]
    [InlineData("PROXY tcp4 1.2.3.4 1.2.3.4 1 2", nameof(ProxyHeaderError.Fields))]
    [InlineData("PROXY UDP4 1.2.3.4 1.2.3.4 1 2", nameof(ProxyHeaderError.Fields))]
    [InlineData("PROXY UNKNOWNS", nameof(ProxyHeaderError.Fields))]
    [InlineData("PROXY TCP4", nameof(ProxyHeaderError.Fields))]
    [InlineData("PROXY ", nameof(ProxyHeaderError.Fields))]
    [InlineData("PROXY TCP4 1.2.3.4\n1.2.3.4 1 2", nameof(ProxyHeaderError.LineEnd))]
    [InlineData("PROXY TCP4 1.2.3.4\r1.2.3.4 1 2", nameof(ProxyHeaderError.LineEnd))]
    [InlineData("PROXY UNKNOWN\r\r", nameof(ProxyHeaderError.LineEnd))]
    [InlineData("PROXY\tUNKNOWN", nameof(ProxyHeaderError.NoHeader))]
    [InlineData("proxy UNKNOWN", nameof(ProxyHeaderError.NoHeader))]
    [InlineData(" PROXY UNKNOWN", nameof(ProxyHeaderError.NoHeader))]
    [InlineData("GET / HTTP/1.1", nameof(ProxyHeaderError.NoHeader))]
    public void RefusesWhatTheSpecificationForbids(string line, string error)
    {
        var parsing = Parsing.Of(line + "\r\n");
        Assert.Equal((ProxyHeaderStatus.Invalid, error, 0L), (parsing.Status, parsing.Error.ToString(), parsing.Consumed));
        Assert.Null(parsing.Header);
    }

    [Fact]
    public void WaitsForTheLineEndUpTo107Bytes()
    {
        var line = "PROXY UNKNOWN " + new string('f', 93);
        Assert.Equal(ProxyHeaderStatus.NeedsMore, Parsing.Of(line[..106]).Status);
        Assert.Equal(ProxyHeaderError.LineTooLong, Parsing.Of(line[..107]).Error);
        Assert.Equal(ProxyHeaderStatus.NeedsMore, Parsing.Of(line[..105] + "\r").Status);
        Assert.Equal(ProxyHeaderStatus.Parsed, Parsing.Of(line[..105] + "\r\n").Status);
        Assert.Equal(ProxyHeaderError.LineTooLong, Parsing.Of(line[..106] + "\r").Error);
        Assert.Equal(ProxyHeaderError.LineTooLong, Parsing.Of(line[..106] + "\r\n").Error);
    }

    [Theory]
    [InlineData("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n")]
    [InlineData("PROXY TCP6 2001:db8::1 ::1 56324 443\r\n")]
    [InlineData("PROXY UNKNOWN\r\n")]
    public void NeedsMoreAtEveryLengthBeforeTheLast(string line)
    {
        var bytes = Encoding.ASCII.GetBytes(line);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(ProxyHeaderStatus.NeedsMore, Parsing.Of(bytes[..length]).Status);
            Assert.Equal(ProxyHeaderStatus.NeedsMore, Parsing.Of(Parsing.Scattered(bytes[..length])).Status);
        }

        Assert.Equal(ProxyHeaderStatus.Parsed, Parsing.Of(Parsing.Scattered(bytes)).Status);
    }
}
