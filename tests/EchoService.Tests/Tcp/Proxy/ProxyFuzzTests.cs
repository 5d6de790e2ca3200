using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using EchoService.Tests.Tcp.Tls;
using EchoService.Tests.Testing;
using Microsoft.Extensions.Logging;

namespace EchoService.Tests.Tcp.Proxy;

/// <summary>Random and mutated begins of connections, on channels where a header may or has to come, with TLS and without.</summary>
public sealed class ProxyFuzzTests
{
    private static readonly bool Soak = Environment.GetEnvironmentVariable("ECHOSERVICE_SOAK") == "1";

    [Theory]
    [InlineData("Required", false)]
    [InlineData("Optional", false)]
    [InlineData("Required", true)]
    public async Task NoBeginOfAConnectionBreaksTheChannelOrStays(string mode, bool tls)
    {
        using var authority = new TestAuthority();
        using var issued = authority.Issue("echo.example");
        var (certificate, key) = authority.WritePair("echo", issued);
        (string, string?)[] secured = tls ? [("Tcp:Channels:echo:Tls:Certificate:Path", certificate), ("Tcp:Channels:echo:Tls:Certificate:KeyPath", key)] : [];
        using var service = new ServiceFixture(
            [("Tcp:Channels:echo:ProxyProtocol", mode), ("Tcp:Channels:echo:TrustedProxies:0", "127.0.0.0/8"), ("Tcp:Timeouts:HandshakeSeconds", "2"),
             ("Logging:LogLevel:EchoService.Tcp", "Information"), .. secured]);
        var clock = Stopwatch.StartNew();
        var seed = 0;
        do
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => AttackAsync(service, new Random(seed++))));
        }
        while (clock.Elapsed < (Soak ? TimeSpan.FromSeconds(200) : TimeSpan.FromSeconds(3)));

        await Eventually.True(() => service.Channel().Counters.Active == 0, $"no connection is left of {seed}");
        Assert.Equal(seed, service.Channel().Counters.Opened);
        Assert.DoesNotContain(service.Logs.Lines, line => line.Level >= LogLevel.Error);
    }

    private static async Task AttackAsync(ServiceFixture service, Random random)
    {
        using var client = await TcpPeer.ConnectAsync(service);
        try
        {
            var bytes = Begin(random);
            for (var sent = 0; sent < bytes.Length;)
            {
                var piece = Math.Min(bytes.Length - sent, random.Next(1, 200));
                await client.SendAsync(bytes.AsMemory(sent, piece));
                sent += piece;
            }

            if (random.Next(10) == 0)
            {
                client.Reset();
                return;
            }

            client.HalfClose();
            await client.ReadToEndAsync();
        }
        catch (SocketException)
        {
            // Refused in the middle of it.
        }
    }

    private static byte[] Begin(Random random)
    {
        var tail = new byte[random.Next(300)];
        random.NextBytes(tail);
        byte[] header = random.Next(5) switch
        {
            0 => [],
            1 => Encoding.ASCII.GetBytes("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"),
            2 => HeaderBytes.Tcp6().Tlv(2, "echo.example").BuildWithChecksum(),
            3 => new HeaderBytes { VersionAndCommand = HeaderBytes.Local }.Raw(tail).Build(),
            _ => HeaderBytes.Tcp4().Tlv(0x20, [1, 0, 0, 0, 0, .. tail]).Build(),
        };
        for (var edits = random.Next(3); edits > 0 && header.Length > 0; edits--)
        {
            header[random.Next(header.Length)] = (byte)random.Next(256);
        }

        return [.. header.AsSpan(0, random.Next(4) == 0 ? random.Next(header.Length + 1) : header.Length), .. tail];
    }
}
