using System.Globalization;
using System.Text;
using EchoService.Tcp;
using EchoService.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace EchoService.Tests.Tcp;

public sealed class EchoTests
{
    private const string Unit = "Tcp:Channels:echo:Unit";
    private const string Prefix = "Tcp:Channels:echo:ReplyPrefix";

    [Fact]
    public async Task PutsThePrefixBeforeEachLine()
    {
        using var service = new ServiceFixture();
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("Hello, World!\r\nand\n\nagain\n");
        await client.ExpectAsync("Echoed back: Hello, World!\r\nEchoed back: and\nEchoed back: \nEchoed back: again\n");
    }

    [Fact]
    public async Task FindsTheLinesHoweverTheBytesAreCut()
    {
        using var service = new ServiceFixture();
        using var client = await TcpPeer.ConnectAsync(service);
        var previous = '\n';
        foreach (var letter in "one\ntwo\r\n")
        {
            await client.SendAsync(letter.ToString());
            await client.ExpectAsync(previous == '\n' ? $"Echoed back: {letter}" : letter.ToString());
            previous = letter;
        }
    }

    [Fact]
    public async Task AnswersATailWithoutNewlineBeforeItCloses()
    {
        using var service = new ServiceFixture();
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("no newline");
        client.HalfClose();
        Assert.Equal("Echoed back: no newline", await client.ReadTextToEndAsync());
        await service.HasClosedAsync(CloseReason.ClientClosed);
    }

    [Fact]
    public async Task PutsThePrefixBeforeEachChunkWhereAsked()
    {
        using var service = new ServiceFixture((Unit, "Chunk"));
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("a\nb\n");
        await client.ExpectAsync("Echoed back: a\nb\n");
        await client.SendAsync("c");
        await client.ExpectAsync("Echoed back: c");
    }

    [Fact]
    public async Task AnEmptyPrefixEchoesVerbatim()
    {
        using var service = new ServiceFixture((Prefix, ""));
        using var client = await TcpPeer.ConnectAsync(service);
        var sent = new byte[1_000_000];
        new Random(7).NextBytes(sent);
        var sending = client.SendAsync(sent);
        Assert.Equal(sent, await client.ReadAsync(sent.Length));
        await sending;
    }

    /// <summary>What is answered lies in the memory that it was received into until the client takes it.</summary>
    [Theory]
    [InlineData("Auto")]
    [InlineData("Sockets")]
    public async Task AClientThatReadsLateGetsEveryByteVerbatim(string transport)
    {
        using var service = new ServiceFixture((Prefix, ""), ("Tcp:Transport", transport), ("Logging:LogLevel:EchoService.Tcp", "Warning"));
        using var client = await TcpPeer.ConnectAsync(service);
        var sent = new byte[32 << 20]; // more than the kernel takes for both
        new Random(11).NextBytes(sent);
        var sending = client.SendAsync(sent);
        var connections = service.Services.GetRequiredService<LiveConnections>();
        await Eventually.True(() => connections.All.Any(connection => connection.BytesIn > 1 << 20), "the service has received some");
        var received = await client.ReadAsync(sent.Length);
        Assert.True(sent.AsSpan().SequenceEqual(received));
        await sending;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task ClosesAfterItsReplies(int count)
    {
        using var service = new ServiceFixture(("Tcp:Channels:echo:Close:After", "Replies"), ("Tcp:Channels:echo:Close:Count", count.ToString(CultureInfo.InvariantCulture)));
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("1\n2\n3\n4\n5\n");
        Assert.Equal(string.Concat(Enumerable.Range(1, count).Select(n => $"Echoed back: {n}\n")), await client.ReadTextToEndAsync());
        client.HalfClose();
        await service.HasClosedAsync(CloseReason.Replied);
    }

    [Fact]
    public async Task TheWholeReplyArrivesAlsoWhenTheClientHadSentMuchMore()
    {
        using var service = new ServiceFixture(
            ("Tcp:Channels:echo:Close:After", "Replies"), ("Tcp:Limits:LingerSeconds", "60"), ("Logging:LogLevel:EchoService.Tcp", "Information"));
        var line = new string('x', 300_000) + "\n";
        var more = new byte[1 << 20];
        for (var attempt = 0; attempt < 50; attempt++)
        {
            using var client = await TcpPeer.ConnectAsync(service);
            var sending = client.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(line), .. more]);
            Assert.Equal("Echoed back: " + line, await client.ReadTextToEndAsync());
            await sending;
        }

        await service.HasClosedAsync(CloseReason.Replied, 50);
    }

    [Fact]
    public async Task AReplyOfOneLineArrivesAlsoWhenTheClientHadSentMuchMore()
    {
        using var service = new ServiceFixture(
            ("Tcp:Channels:echo:Close:After", "Replies"), ("Tcp:Limits:LingerSeconds", "60"), ("Logging:LogLevel:EchoService.Tcp", "Information"));
        var more = new byte[1 << 20];
        for (var attempt = 0; attempt < 200; attempt++)
        {
            using var client = await TcpPeer.ConnectAsync(service);
            var sending = client.SendAsync((byte[])[.. "Hello\n"u8, .. more]);
            Assert.Equal("Echoed back: Hello\n", await client.ReadTextToEndAsync());
            await sending;
        }
    }

    [Fact]
    public async Task AThousandClientsAtOnceEachGetTheirOwnBytesBackA64MegabyteLineIncluded()
    {
        using var service = new ServiceFixture(("Tcp:Limits:PerAddress", "0"), ("Logging:LogLevel:EchoService.Tcp", "Warning"));
        var clients = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => TcpPeer.ConnectAsync(service)));
        try
        {
            var held = GC.GetTotalMemory(forceFullCollection: true);
            await Task.WhenAll(clients.Select((client, n) => n == 0 ? LongLineAsync(client) : LinesAsync(client, n)));

            // Pools give back what they have too much of after some collections.
            await Eventually.Passes(() =>
            {
                var after = GC.GetTotalMemory(forceFullCollection: true);
                Assert.True(after - held < 32 << 20, $"{(after - held) >> 20} MB are held after it.");
                return Task.CompletedTask;
            });
        }
        finally
        {
            Array.ForEach(clients, client => client.Dispose());
        }

        await service.HasClosedAsync(CloseReason.ClientClosed, 1000);
    }

    private static async Task LinesAsync(TcpPeer client, int number)
    {
        for (var n = 0; n < 20; n++)
        {
            var line = $"client {number} line {n} {new string('z', number)}\n";
            await client.SendAsync(line);
            await client.ExpectAsync("Echoed back: " + line);
        }
    }

    private static async Task LongLineAsync(TcpPeer client)
    {
        const int Pieces = 1024;
        var piece = new byte[64 << 10];
        Array.Fill(piece, (byte)'l');
        var sending = Task.Run(async () =>
        {
            for (var n = 0; n < Pieces; n++)
            {
                await client.SendAsync(piece);
            }

            await client.SendAsync("\n");
        });
        await client.ExpectAsync("Echoed back: ");
        for (var n = 0; n < Pieces; n++)
        {
            Assert.Equal(piece, await client.ReadAsync(piece.Length));
        }

        await client.ExpectAsync("\n");
        await sending;
    }
}
