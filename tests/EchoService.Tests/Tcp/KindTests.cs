using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EchoService.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp;

public sealed class KindTests
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task RepeatSendsItsStartTimeAndTheLinesAskedForToTwoClientsAtOnce()
    {
        var before = Now.ToUnixTimeMilliseconds() / 1000.0;
        using var service = new ServiceFixture();
        using var first = await TcpPeer.ConnectAsync(service, "repeat");
        using var second = await TcpPeer.ConnectAsync(service, "repeat");
        await first.SendAsync("3\n");
        await second.SendAsync("2\r\n");
        var starts = await Task.WhenAll(LinesAsync(first, 3), LinesAsync(second, 2));
        Assert.Equal(starts[0], starts[1]);
        Assert.InRange(double.Parse(starts[0], CultureInfo.InvariantCulture), before - 0.01, Now.ToUnixTimeSeconds() + 1);
        Assert.Equal(2, starts[0].Length - 1 - starts[0].IndexOf('.', StringComparison.Ordinal));
        await service.HasClosedAsync(CloseReason.Finished, 2, "repeat");
    }

    [Theory]
    [InlineData("0\n")]
    [InlineData("0")]
    public async Task RepeatTakesZeroAndANumberWithoutNewline(string request)
    {
        using var service = new ServiceFixture();
        using var client = await TcpPeer.ConnectAsync(service, "repeat");
        await client.SendAsync(request);
        client.HalfClose();
        Assert.Single((await client.ReadTextToEndAsync()).TrimEnd('\n').Split('\n'));
        await service.HasClosedAsync(CloseReason.Finished, 1, "repeat");
    }

    [Theory]
    [InlineData("-1\n")]
    [InlineData("x\n")]
    [InlineData("3.5\n")]
    [InlineData("1000000000000\n")]
    [InlineData("\n")]
    [InlineData("1000001\n")]
    [InlineData("\u263a\n")]
    [InlineData("99999999999999999999999999\n")]
    public async Task RepeatAnswersAnythingElseWithOneErrorLine(string request) => await RepeatRefusesAsync(Encoding.UTF8.GetBytes(request));

    [Fact]
    public async Task RepeatRefusesALongNumberWithoutWaitingForItsEnd() => await RepeatRefusesAsync(Encoding.ASCII.GetBytes(new string('9', 100_000)));

    [Fact]
    public async Task RepeatRefusesBytesThatAreNoText() => await RepeatRefusesAsync([0xFF, 0x00, 0xC0, (byte)'\n']);

    [Fact]
    public async Task RepeatStopsWhereTheOperatorSays()
    {
        using var service = new ServiceFixture(("Tcp:Channels:repeat:MaxLines", "5"));
        using var client = await TcpPeer.ConnectAsync(service, "repeat");
        await client.SendAsync("6\n");
        Assert.EndsWith("\nerror: the number must be at most 5\n", await client.ReadTextToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RepeatSendsAMillionLines()
    {
        using var service = new ServiceFixture();
        using var client = await TcpPeer.ConnectAsync(service, "repeat");
        await client.SendAsync("1000000\n");
        var lines = (await client.ReadTextToEndAsync()).Split('\n');
        Assert.Equal(1_000_002, lines.Length);
        Assert.EndsWith(", 999999", lines[1_000_000], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChargenSendsTheRotatingPatternAlsoAfterAHalfClose()
    {
        using var service = Service("Chargen");
        using var client = await TcpPeer.ConnectAsync(service, "x");
        await client.SendAsync("thrown away");
        client.HalfClose();
        var lines = Encoding.ASCII.GetString(await client.ReadAsync(74 * 2000)).Split("\r\n");
        Assert.StartsWith(" !\"#$%&'()*+,-./0123456789", lines[0], StringComparison.Ordinal);
        for (var line = 0; line < 2000; line++)
        {
            Assert.Equal(72, lines[line].Length);
            Assert.Equal((char)(' ' + (line % 95)), lines[line][0]);
            Assert.Equal((char)(' ' + ((line + 71) % 95)), lines[line][71]);
        }

        client.Dispose();
        await service.HasClosedAsync(CloseReason.ClientReset, 1, "x");
    }

    [Fact]
    public async Task DaytimeSendsTheDateAndTime()
    {
        using var service = Service("Daytime");
        using var client = await TcpPeer.ConnectAsync(service, "x");
        var said = await client.ReadTextToEndAsync();
        var time = DateTimeOffset.ParseExact(said, "dddd, MMMM d, yyyy HH:mm:ss'-UTC\r\n'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
        Assert.InRange((Now - time).TotalSeconds, -1, 30);
    }

    [Fact]
    public async Task TimeSendsTheSecondsSince1900()
    {
        using var service = Service("Time");
        using var client = await TcpPeer.ConnectAsync(service, "x");
        var said = await client.ReadToEndAsync();
        Assert.Equal(4, said.Length);
        var time = new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(BinaryPrimitives.ReadUInt32BigEndian(said));
        Assert.InRange((Now - time).TotalSeconds, -1, 30);
    }

    [Fact]
    public async Task InfoTellsTheConnectionAsOneJsonLine()
    {
        using var service = Service("Info", ("Tcp:Channels:x:ProxyProtocol", "Optional"), ("Tcp:Channels:x:TrustedProxies:0", "127.0.0.1"));
        using var client = await TcpPeer.ConnectAsync(service, "x");
        await client.SendAsync("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n");
        var line = await client.ReadTextToEndAsync();
        Assert.EndsWith("}\n", line, StringComparison.Ordinal);
        var info = JsonDocument.Parse(line).RootElement;
        Assert.Equal("192.168.0.1:56324", info.GetProperty("peer").GetString());
        Assert.Equal("192.168.0.11:443", info.GetProperty("local").GetString());
        Assert.Equal(1, info.GetProperty("proxy").GetProperty("version").GetInt32());
        Assert.Equal(JsonValueKind.Null, info.GetProperty("tls").ValueKind);
        Assert.Equal("x", info.GetProperty("channel").GetString());
        Assert.Equal(Environment.MachineName, info.GetProperty("host").GetString());
    }

    private static ServiceFixture Service(string kind, params (string Key, string? Value)[] more) =>
        new([("Tcp:Channels:x:Kind", kind), ("Tcp:Channels:x:Port", "0"), .. more]);

    private static async Task<string> LinesAsync(TcpPeer client, int count)
    {
        var lines = (await client.ReadTextToEndAsync()).Split('\n');
        var port = client.Socket.LocalEndPoint!.ToString()!.Split(':')[1];
        Assert.Equal([.. Enumerable.Range(0, count).Select(n => $"client: ('127.0.0.1', {port}), {n}"), ""], lines[1..]);
        return lines[0];
    }

    private static async Task RepeatRefusesAsync(byte[] request)
    {
        using var service = new ServiceFixture(("Tcp:Limits:LingerSeconds", "60"));
        using var client = await TcpPeer.ConnectAsync(service, "repeat");
        await client.SendAsync(request);
        var said = (await client.ReadTextToEndAsync()).Split('\n');
        Assert.Equal(3, said.Length);
        Assert.StartsWith("error: ", said[1], StringComparison.Ordinal);
        client.HalfClose();
        await service.HasClosedAsync(CloseReason.ProtocolError, 1, "repeat");
    }
}
