using System.Diagnostics;
using System.Net.Sockets;
using EchoService.Tcp;
using EchoService.Tests.Testing;
using Microsoft.Extensions.Logging;

namespace EchoService.Tests.Tcp;

/// <summary>Short form; with ECHOSERVICE_SOAK=1 as long as the contract says.</summary>
public sealed class HostileClientTests
{
    private static readonly bool Soak = Environment.GetEnvironmentVariable("ECHOSERVICE_SOAK") == "1";

    private static readonly byte[][] Seeds =
    [
        "Hello, World!\r\n"u8.ToArray(),
        "3\n"u8.ToArray(),
        "chess black\r\n"u8.ToArray(),
        "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\nHello\n"u8.ToArray(),
        [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0x00, 0x0C, 127, 0, 0, 1, 127, 0, 0, 1, 1, 2, 3, 4, (byte)'a', (byte)'\n'],
    ];

    [Fact]
    public async Task RandomAndMutatedBytesBreakNothing()
    {
        using var service = new ServiceFixture(
            [
                .. Enum.GetNames<ChannelKind>().SelectMany(kind => new[] { ($"Tcp:Channels:fuzz-{kind}:Kind", (string?)kind), ($"Tcp:Channels:fuzz-{kind}:Port", "0") }),
                ("Tcp:Channels:required:Port", "0"), ("Tcp:Channels:required:ProxyProtocol", "Required"), ("Tcp:Channels:required:TrustedProxies:0", "127.0.0.1"),
                ("Tcp:Channels:optional:Port", "0"), ("Tcp:Channels:optional:ProxyProtocol", "Optional"), ("Tcp:Channels:optional:TrustedProxies:0", "127.0.0.1"),
                ("Tcp:Timeouts:IdleSeconds", "1"), ("Tcp:Timeouts:LifetimeSeconds", "2"), ("Tcp:Timeouts:HandshakeSeconds", "1"), ("Tcp:Limits:LingerSeconds", "0.2"),
                ("Tcp:Limits:PerAddress", "0"), ("Logging:LogLevel:EchoService.Tcp", "Information"),
            ]);
        var seed = Environment.TickCount;
        var clock = Stopwatch.StartNew();
        var length = Soak ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(5);
        await Task.WhenAll(service.Channels().Select(async (channel, index) =>
        {
            var random = new Random(seed + index);
            while (clock.Elapsed < length)
            {
                await AttackAsync(channel.Port, random);
            }
        }));

        foreach (var channel in service.Channels())
        {
            await Eventually.True(() => channel.Counters.Active == 0, $"no connection left on {channel.Name} (seed {seed})");
            Assert.True(channel.Counters.Closed(CloseReason.Error) == 0, $"{channel.Counters.Closed(CloseReason.Error)} errors on {channel.Name} (seed {seed})");
        }

        Assert.DoesNotContain(service.Logs.Lines, line => line.Level >= LogLevel.Error);
    }

    private static async Task AttackAsync(int port, Random random)
    {
        using var client = await TcpPeer.ConnectAsync(port);
        try
        {
            for (var pieces = random.Next(1, 4); pieces > 0; pieces--)
            {
                await client.SendAsync(Bytes(random));
            }

            switch (random.Next(3))
            {
                case 0:
                    client.Reset();
                    break;
                case 1:
                    client.HalfClose();
                    await client.Socket.ReceiveAsync(new byte[65536], TestContext.Current.CancellationToken);
                    break;
                default:
                    await Task.Delay(random.Next(3), TestContext.Current.CancellationToken);
                    break;
            }
        }
        catch (SocketException)
        {
            // Refused, as it may be.
        }
    }

    private static byte[] Bytes(Random random)
    {
        if (random.Next(2) == 0)
        {
            var noise = new byte[random.Next(1, 20_000)];
            random.NextBytes(noise);
            return noise;
        }

        var mutated = Seeds[random.Next(Seeds.Length)].ToArray();
        for (var changes = random.Next(4); changes > 0; changes--)
        {
            mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
        }

        return mutated[..random.Next(1, mutated.Length + 1)];
    }
}
