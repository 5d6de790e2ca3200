using System.Net;
using EchoService.Downloads;
using EchoService.Downloads.Egress;

namespace EchoService.Tests.Downloads.Egress;

public sealed class AddressPolicyTests
{
    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("93.184.215.14")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("168.63.129.15")]
    [InlineData("198.17.255.255")]
    [InlineData("223.255.255.255")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2001:4860:4860::8888")]
    [InlineData("2001:200::1")]
    [InlineData("::ffff:1.1.1.1")]
    [InlineData("64:ff9b::1.1.1.1")]
    [InlineData("2606:4700::5efe:1.1.1.1")]
    public void PublicAddressesAreOpen(string address) => Assert.True(Policy().Allows(IPAddress.Parse(address), 443));

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("10.0.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.255")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.170.2")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.192")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.250")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("100::1")]
    [InlineData("5f00::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fd20:ce::254")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%2")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2001:2::1")]
    [InlineData("2001:10::1")]
    [InlineData("3fff::1")]
    [InlineData("4000::1")]
    public void WhatIsNotPublicIsBlocked(string address) => Assert.False(Policy().Allows(IPAddress.Parse(address), 443));

    [Theory]
    [InlineData("::ffff:127.0.0.1")] // mapped
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::ffff:0:127.0.0.1")] // translated (RFC 2765)
    [InlineData("::127.0.0.1")] // compatible
    [InlineData("::1.1.1.1")]
    [InlineData("2002:7f00:1::1")] // 6to4
    [InlineData("2002:101:101::1")]
    [InlineData("2001:0:101:101::80ff:fffe")] // Teredo
    [InlineData("64:ff9b::127.0.0.1")] // NAT64
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("64:ff9b::169.254.169.254")]
    [InlineData("64:ff9b::168.63.129.16")]
    [InlineData("64:ff9b:1::1.1.1.1")] // local-use NAT64
    [InlineData("2606:4700::5efe:10.0.0.1")] // ISATAP
    [InlineData("2606:4700::200:5efe:10.0.0.1")]
    public void EveryFormOfIPv4InIPv6IsSeenThrough(string address) => Assert.False(Policy().Allows(IPAddress.Parse(address), 443));

    [Theory]
    [InlineData(80, true)]
    [InlineData(443, true)]
    [InlineData(8080, false)]
    [InlineData(22, false)]
    public void PublicAddressesAreOpenOnTheWebsPorts(int port, bool open) => Assert.Equal(open, Policy().Allows(IPAddress.Parse("1.1.1.1"), port));

    [Fact]
    public void ConfiguredPortsReplaceTheDefault()
    {
        var policy = new AddressPolicy(new EgressOptions { AllowedPorts = [8443] });
        Assert.True(policy.Allows(IPAddress.Parse("1.1.1.1"), 8443));
        Assert.False(policy.Allows(IPAddress.Parse("1.1.1.1"), 443));
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.2.3.4", true)]
    [InlineData("10.0.0.0/8", "::ffff:10.2.3.4", true)]
    [InlineData("10.0.0.0/8", "64:ff9b::10.2.3.4", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("fd00::/8", "fd12::1", true)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "127.0.0.2", false)]
    [InlineData("10.1.2.3/8", "10.2.3.4", true)]
    [InlineData("0.0.0.0/0", "192.168.0.1", true)]
    [InlineData("0.0.0.0/0", "169.254.169.254", false)]
    [InlineData("fd00::/8", "fd00:ec2::254", false)]
    [InlineData("fd00::/8", "fd00:ec2::254%1", false)]
    [InlineData("fd00::/8", "fd12::1%1", true)]
    [InlineData("100.64.0.0/10", "100.100.100.200", false)]
    [InlineData("169.254.169.254", "169.254.169.254", true)]
    public void ListedNetworksAreOpenOnEveryPort(string network, string address, bool open) =>
        Assert.Equal(open, Policy(network).Allows(IPAddress.Parse(address), 12345));

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("localhost")]
    [InlineData("")]
    [InlineData("fe80::1%1")]
    [InlineData("::ffff:10.0.0.0/104")]
    [InlineData("::ffff:10.0.0.1")]
    public void TheValidatorNamesTheKeyOfWhatIsNoNetwork(string text)
    {
        var options = new DownloadsOptions { Egress = { AllowedNetworks = ["10.0.0.0/8", text] } };
        var failure = Assert.Single(new EgressOptionsValidator().Validate(null, options).Failures!);
        Assert.Equal($"Downloads:Egress:AllowedNetworks:1 '{text}' must be an address or a network such as 10.0.0.0/8", failure);
    }

    [Fact]
    public void TheValidatorNamesTheKeyOfWhatIsNoPort()
    {
        var options = new DownloadsOptions { Egress = { AllowedPorts = [80, 0, 65536] } };
        Assert.Equal(
            ["Downloads:Egress:AllowedPorts:1 must be between 1 and 65535, not 0", "Downloads:Egress:AllowedPorts:2 must be between 1 and 65535, not 65536"],
            new EgressOptionsValidator().Validate(null, options).Failures);
    }

    private static AddressPolicy Policy(params string[] networks) => new(new EgressOptions { AllowedNetworks = [.. networks] });
}
