using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp;

public sealed class TcpConfigurationTests
{
    [Theory]
    [InlineData("Tcp:Channels:echo:Port", "70000", "Tcp:Channels:echo:Port must be between 0 and 65535")]
    [InlineData("Tcp:Channels:echo:Port", "x", "Tcp:Channels:echo:Port is 'x', but must be a whole number that fits")]
    [InlineData("Tcp:Channels:echo:Prot", "7", "Tcp:Channels:echo:Prot is not a setting: Tcp:Channels:echo has Address, Close, Enabled,")]
    [InlineData("Tcp:Channels:echo:Kind", "Ecko", "Tcp:Channels:echo:Kind is 'Ecko', but must be one of Echo")]
    [InlineData("Tcp:Channels:echo:Kind", "77", "Tcp:Channels:echo:Kind must be one of Echo")]
    [InlineData("Tcp:Channels:echo:Address", "home", "Tcp:Channels:echo:Address must be localhost, * or an IP address")]
    [InlineData("Tcp:Channels:echo:Close:Count", "0", "Tcp:Channels:echo:Close:Count must be at least 1")]
    [InlineData("Tcp:Channels:discard:Close:After", "Replies", "Tcp:Channels:discard:Close:After must not be Replies: Discard does not count replies")]
    [InlineData("Tcp:Channels:echo:Limits:PerAddress", "-1", "Tcp:Channels:echo:Limits:PerAddress must be 0 (off) or more")]
    [InlineData("Tcp:Limits:LingerSeconds", "NaN", "Tcp:Limits:LingerSeconds must be between 0 (off) and 31536000")]
    [InlineData("Tcp:Timeouts:IdleSeconds", "-5", "Tcp:Timeouts:IdleSeconds must be between 0 (off) and 31536000")]
    [InlineData("Tcp:Channels:other:Kind", "Echo", "Tcp:Channels:other:Port is missing: give a port from 1 to 65535, or 0 for a free one")]
    [InlineData("Tcp:Channels:channels:Port", "0", "Tcp:Channels:channels must have another name")]
    [InlineData("Tcp:Channels:Connections:Port", "0", "Tcp:Channels:Connections must have another name")]
    [InlineData("Tcp:Channels:a/b:Port", "0", "Tcp:Channels:a/b must have a name of at most 64 letters")]
    [InlineData("Tcp:Chanels:echo:Port", "0", "Tcp:Chanels is not a setting")]
    public async Task BadSettingsAreRefusedInOneLineThatNamesTheKey(string key, string value, string expected)
    {
        await using var service = ServiceProcess.Create((key, value));
        service.Launch();
        Assert.Equal(2, await service.ExitAsync());
        Assert.StartsWith(expected, Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Tcp:Channels:discard:Port", "8888", "Tcp:Channels:discard:Port must not be 8888: channel echo has it")]
    [InlineData("Tcp:Channels:discard:Port", "8080", "Tcp:Channels:discard:Port must not be 8080: Http:Port has it")]
    public async Task APortUsedTwiceIsRefused(string key, string value, string expected)
    {
        await using var service = ServiceProcess.CreateBare();
        service.Launch($"--{key}={value}");
        Assert.Equal(2, await service.ExitAsync());
        Assert.StartsWith(expected, Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneKeyOfADefaultChannelLeavesItsOtherDefaultsAlone()
    {
        using var service = new ServiceFixture(("Tcp:Channels:ECHO:Port", "0"), ("Tcp:Channels:discard:Enabled", "false"), ("Tcp:Channels:second:Port", "0"));
        Assert.Equal(["echo", "second"], service.Channels().Select(channel => channel.Name).Where(name => name is "echo" or "discard" or "second"));
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("a\n");
        await client.ExpectAsync("Echoed back: a\n");
    }

    [Fact]
    public async Task AFreePortIsTheSameOnBothLoopbacks()
    {
        using var service = new ServiceFixture();
        using var client = new TcpClient(AddressFamily.InterNetworkV6);
        await client.ConnectAsync(IPAddress.IPv6Loopback, service.PortOf("echo"), TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync("a\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var answer = new byte[15];
        await client.GetStream().ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
        Assert.Equal("Echoed back: a\n"u8.ToArray(), answer);
    }

    [Fact]
    public async Task APortOfAnotherProgramIsOneLineThatNamesChannelAddressAndPort()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        await using var service = ServiceProcess.Create(("Tcp:Channels:echo:Port", port));
        service.Launch();
        Assert.Equal(3, await service.ExitAsync());
        Assert.Equal(
            $"Channel echo cannot listen on 127.0.0.1:{port}: another program uses port {port}; stop it, or set Tcp:Channels:echo:Port",
            Assert.Single(service.Errors.Snapshot()));
    }

    [Fact]
    public async Task ForeignAddressIsOneLineThatNamesIt()
    {
        await using var service = ServiceProcess.Create(("Tcp:Channels:echo:Address", "192.0.2.1"));
        service.Launch();
        Assert.Equal(3, await service.ExitAsync());
        Assert.StartsWith("Channel echo cannot listen on 192.0.2.1:0: this machine has no such address", Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);
    }
}
