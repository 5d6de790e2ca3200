using System.Net;
using System.Net.Sockets;
using System.Text;
using EchoService.Tcp;
using EchoService.Tests.Testing;
using static EchoService.Tests.Tcp.Proxy.ProxiedService;

namespace EchoService.Tests.Tcp.Proxy;

public sealed class ProxyChannelTests
{
    [Theory]
    [InlineData("Required")]
    [InlineData("Optional")]
    public async Task HeaderAndFirstDataInOneSegmentLoseNothing(string mode)
    {
        using var service = Service(mode);
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync(V1 + "Hello\n");
        await client.ExpectAsync("Echoed back: Hello\n");
        await service.Logs.WaitForAsync("Connection from 192.168.0.1:56324");
        Assert.DoesNotContain(service.Logs.Lines, line => line.Message.StartsWith("Connection from 127.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ABinaryHeaderWithTlvsGivesTheClientToo()
    {
        using var service = Service("Required");
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync((byte[])[.. HeaderBytes.Tcp6().Tlv(2, "echo.example").Tlv(0xE4, new byte[4000]).BuildWithChecksum(), .. "Hello\n"u8]);
        await client.ExpectAsync("Echoed back: Hello\n");
        await service.Logs.WaitForAsync("Connection from [2001:db8::7]:35646");
    }

    [Fact]
    public async Task AClientThatTheProxyMetOnADualModeSocketIsPlainIPv4()
    {
        using var service = Service("Required");
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("PROXY TCP6 ::ffff:10.1.2.3 ::ffff:10.0.0.1 1000 443\r\n");
        await service.Logs.WaitForAsync("Connection from 10.1.2.3:1000");
    }

    [Theory]
    [InlineData("Required", 1)]
    [InlineData("Required", 2)]
    [InlineData("Optional", 1)]
    [InlineData("Optional", 2)]
    public async Task AHeaderFedByteByByteIsOne(string mode, int version)
    {
        using var service = Service(mode);
        using var client = await TcpPeer.ConnectAsync(service);
        byte[] bytes = [.. version == 1 ? Encoding.ASCII.GetBytes(V1) : HeaderBytes.Tcp4("192.168.0.1", "192.168.0.11", 56324).Build(), .. "Hello\n"u8];
        foreach (var value in bytes)
        {
            await client.SendAsync(new[] { value });
            await Task.Yield();
        }

        await client.ExpectAsync("Echoed back: Hello\n");
        await service.Logs.WaitForAsync("Connection from 192.168.0.1:56324");
    }

    public static TheoryData<string> KeepingThePeer => ["PROXY UNKNOWN\r\n", "PROXY UNKNOWN 1.2.3.4 5.6.7.8 1 2\r\n", "LOCAL", "UNIX", "UNSPEC"];

    [Theory]
    [MemberData(nameof(KeepingThePeer))]
    public async Task HeadersWithoutAUsableAddressKeepTheRealPeer(string header)
    {
        using var service = Service("Required");
        using var client = await TcpPeer.ConnectAsync(service);
        byte[] bytes = header switch
        {
            "LOCAL" => new HeaderBytes { VersionAndCommand = HeaderBytes.Local, FamilyAndTransport = 0x11 }.Addresses("1.2.3.4", "1.2.3.4", 1, 2).Build(),
            "UNIX" => new HeaderBytes { FamilyAndTransport = 0x31 }.Raw(new byte[216]).Build(),
            "UNSPEC" => new HeaderBytes { FamilyAndTransport = 0 }.Build(),
            _ => Encoding.ASCII.GetBytes(header),
        };
        await client.SendAsync((byte[])[.. bytes, .. "Hello\n"u8]);
        await client.ExpectAsync("Echoed back: Hello\n");
        await service.Logs.WaitForAsync($"Connection from {client.Socket.LocalEndPoint}");
    }

    [Theory]
    [InlineData("Hello, World!\n")]
    [InlineData("PROXX")]
    [InlineData("PROXY TCP4 192.168.0.01 192.168.0.11 56324 443\r\n")]
    [InlineData("PROXY TCP4 192.168.0.1 192.168.0.11 +56324 443\r\n")]
    [InlineData("PROXY TCP6 fe80::1%1 ::1 56324 443\r\n")]
    [InlineData("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x11\x11\0\0")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n!\x11\x7F\xFF")]
    public async Task WithoutAGoodHeaderAConnectionIsRefusedWhereOneIsRequired(string begin)
    {
        using var service = Service("Required");
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync(Encoding.Latin1.GetBytes(begin));
        await service.HasClosedAsync(CloseReason.ProxyHeader);
        await AssertNothingComesAsync(client);
        Assert.DoesNotContain(service.Logs.Lines, line => line.Message.StartsWith("Connection from", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 1 x\r\n")]
    [InlineData("PROXY UNKNOWN")]
    public async Task ABrokenOrTruncatedHeaderIsRefusedAlsoWhereItIsOptional(string begin)
    {
        using var service = Service("Optional");
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync(begin);
        client.HalfClose();
        await service.HasClosedAsync(CloseReason.ProxyHeader);
        await AssertNothingComesAsync(client);
    }

    [Fact]
    public async Task AWrongChecksumIsRefused()
    {
        using var service = Service("Optional");
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync(HeaderBytes.Tcp4().BuildWithChecksum(flip: 1));
        await service.HasClosedAsync(CloseReason.ProxyHeader);
        await service.Logs.WaitForAsync("No PROXY header accepted from 127.0.0.1");
    }

    [Theory]
    [InlineData("Hello\n")]
    [InlineData("\r\n")]
    [InlineData("PRO")]
    [InlineData("P\n")]
    [InlineData("PROXIES\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT")]
    public async Task WithoutAHeaderEverythingIsDataWhereOneIsOptional(string begin)
    {
        using var service = Service("Optional", more: ("Tcp:Channels:echo:ReplyPrefix", ""));
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync(begin);
        await client.ExpectAsync(begin);
        await client.SendAsync("and more\n");
        await client.ExpectAsync("and more\n");
        await service.Logs.WaitForAsync($"Connection from {client.Socket.LocalEndPoint}");
        client.HalfClose();
        Assert.Empty(await client.ReadToEndAsync());
        await service.HasClosedAsync(CloseReason.ClientClosed);
    }

    [Fact]
    public async Task WhatCouldHaveBecomeAHeaderIsDataWhenTheClientEnds()
    {
        using var service = Service("Optional");
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("PROXY");
        client.HalfClose();
        Assert.Equal("Echoed back: PROXY", await client.ReadTextToEndAsync());
    }

    [Fact]
    public async Task FromAnUntrustedPeerAHeaderIsDataWhereOneIsOptional()
    {
        using var service = Service("Optional", "10.0.0.0/8");
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync(V1);
        await client.ExpectAsync("Echoed back: " + V1);
        await service.Logs.WaitForAsync($"Connection from {client.Socket.LocalEndPoint}");
    }

    [Fact]
    public async Task FromAnUntrustedPeerNothingIsTakenWhereAHeaderIsRequired()
    {
        using var service = Service("Required", "127.0.0.2");
        using var client = await TcpPeer.ConnectAsync(service);
        await service.HasClosedAsync(CloseReason.ProxyHeader);
        await AssertNothingComesAsync(client);

        using var trusted = await TcpPeer.ConnectAsync(service, from: IPAddress.Parse("127.0.0.2"));
        await trusted.SendAsync(V1 + "Hello\n");
        await trusted.ExpectAsync("Echoed back: Hello\n");
    }

    /// <summary>Kestrel labels its own metrics by the local address.</summary>
    [Fact]
    public async Task WhatAHeaderSaysIsNoLabel()
    {
        using var service = Service("Required");
        using (var client = await TcpPeer.ConnectAsync(service))
        {
            await client.SendAsync(V1 + "Hello\n");
            await client.ExpectAsync("Echoed back: Hello\n");
        }

        await service.HasClosedAsync(CloseReason.ClientClosed);
        using var http = service.CreateClient();
        await Eventually.Passes(async () =>
        {
            var metrics = await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
            Assert.Contains($"kestrel_connection_duration_seconds_count{{", metrics, StringComparison.Ordinal);
            Assert.Contains($"server_port=\"{service.PortOf("echo")}\"", metrics.Split('\n').Single(line =>
                line.StartsWith("kestrel_active_connections{", StringComparison.Ordinal) && line.EndsWith(" 0", StringComparison.Ordinal)), StringComparison.Ordinal);
            Assert.DoesNotContain("192.168.0.11", metrics, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task AProbeThatConnectsAndLeavesIsNoBrokenHeader()
    {
        using var service = Service("Required");
        using (await TcpPeer.ConnectAsync(service))
        {
        }

        await service.HasClosedAsync(CloseReason.ClientClosed);
    }

    [Fact]
    public async Task WhenItIsOffAHeaderIsData()
    {
        using var service = new ServiceFixture();
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync(V1);
        await client.ExpectAsync("Echoed back: " + V1);
    }

    [Theory]
    [InlineData("Tcp:Channels:echo:TrustedProxies:0", "proxy.example", "Tcp:Channels:echo:TrustedProxies:0 must be a network such as 10.0.0.0/8")]
    [InlineData("Tcp:Channels:echo:TrustedProxies:0", "10.0.0.0/33", "Tcp:Channels:echo:TrustedProxies:0 must be a network such as 10.0.0.0/8")]
    [InlineData("Tcp:Channels:echo:ProxyProtocol", "Required", "Tcp:Channels:echo:TrustedProxies is empty: list the proxies' networks")]
    [InlineData("Tcp:Channels:echo:ProxyProtocol", "Perhaps", "Tcp:Channels:echo:ProxyProtocol is 'Perhaps', but must be one of Off, Optional, Required")]
    [InlineData("Tcp:Channels:echo:ProxyProtocol", "7", "Tcp:Channels:echo:ProxyProtocol must be one of Off, Optional, Required")]
    public async Task BadSettingsAreRefusedInOneLineThatNamesTheKey(string key, string value, string expected)
    {
        await using var service = ServiceProcess.Create((key, value));
        service.Launch();
        Assert.Equal(2, await service.ExitAsync());
        Assert.StartsWith(expected, Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);
    }

    /// <summary>Refused: a FIN or a reset, and not one byte.</summary>
    private static async Task AssertNothingComesAsync(TcpPeer client)
    {
        try
        {
            Assert.Empty(await client.ReadToEndAsync());
        }
        catch (SocketException exception)
        {
            Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
        }
    }
}
