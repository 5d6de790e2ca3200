using EchoService.Tests.Testing;
using Microsoft.Extensions.Logging;

namespace EchoService.Tests.Tcp;

public sealed class ChannelLogTests
{
    [Fact]
    public async Task TellsTheLifeOfAConnection()
    {
        using var service = new ServiceFixture(("Tcp:Channels:echo:Close:After", "Replies"));
        var port = service.PortOf("echo");
        Assert.Equal(LogLevel.Information, (await service.Logs.WaitForAsync($"Serving echo on 127.0.0.1:{port}")).Level);
        await service.Logs.WaitForAsync($"Serving echo on [::1]:{port}");

        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("Hello, World!\r\n");
        await client.ReadToEndAsync();
        client.HalfClose();

        var from = client.Socket.LocalEndPoint!.ToString();
        Assert.Equal(LogLevel.Information, (await service.Logs.WaitForAsync($"Connection from {from} on echo")).Level);
        Assert.Equal(LogLevel.Debug, (await service.Logs.WaitForAsync(@"Data received: 'Hello, World!\r\n'")).Level);
        Assert.EndsWith($"replied, {from} on echo, 15 bytes in, 28 out", (await service.Logs.WaitForAsync("Close the client socket")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoClientWritesTheLog()
    {
        using var service = new ServiceFixture();
        using var client = await TcpPeer.ConnectAsync(service, "discard");
        await client.SendAsync((byte[])[.. "it's\t\\ \0\e[2J"u8, 0xFF, .. "\u202e\u263a\u00a0"u8]);
        var line = await service.Logs.WaitForAsync("Data received");
        Assert.Equal(@"Data received: 'it\'s\t\\ \x00\x1b[2J\xff\u202e☺\u00a0'", line.Message);
    }

    [Fact]
    public async Task LongDataIsCutInTheLog()
    {
        using var service = new ServiceFixture();
        using var client = await TcpPeer.ConnectAsync(service, "discard");
        await client.SendAsync(new string('a', 1000));
        Assert.Equal($"Data received: '{new string('a', 256)}'… (1000 bytes)", (await service.Logs.WaitForAsync("Data received")).Message);
    }

    [Fact]
    public async Task ADualModeClientIsShownAsPlainIPv4()
    {
        using var service = new ServiceFixture(("Tcp:Channels:echo:Address", "*"));
        using var client = await TcpPeer.ConnectAsync(service);
        await service.Logs.WaitForAsync($"Connection from {client.Socket.LocalEndPoint}");
    }

    [Fact]
    public async Task DiscardTellsTheByteCountAndDigest()
    {
        using var service = new ServiceFixture();
        using var client = await TcpPeer.ConnectAsync(service, "discard");
        await client.SendAsync("abc");
        client.HalfClose();
        Assert.Empty(await client.ReadToEndAsync());
        await service.Logs.WaitForAsync($"Discarded 3 bytes of {client.Socket.LocalEndPoint} on discard, SHA-256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
