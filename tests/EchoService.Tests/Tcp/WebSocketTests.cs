using System.Net;
using System.Net.WebSockets;
using System.Text;
using EchoService.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp;

public sealed class WebSocketTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EchoesTextAsTextAMessageForAMessage()
    {
        using var service = new ServiceFixture();
        using var client = await ConnectAsync(service, "echo");
        await client.SendAsync("Hello\n"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Cancelled);
        await client.SendAsync("\u263a again\n"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Cancelled);
        Assert.Equal((WebSocketMessageType.Text, "Echoed back: Hello\n"), await TextAsync(client));
        Assert.Equal((WebSocketMessageType.Text, "Echoed back: \u263a again\n"), await TextAsync(client));
    }

    [Fact]
    public async Task EchoesBinaryAndAFragmentedMessageOf16Megabytes()
    {
        using var service = new ServiceFixture(("Tcp:Channels:echo:ReplyPrefix", ""), ("Logging:LogLevel:EchoService.Tcp", "Warning"));
        using var client = await ConnectAsync(service, "echo");
        var bytes = new byte[16 << 20];
        new Random(1).NextBytes(bytes);
        var sending = SendInPiecesAsync(client, bytes);
        var (type, echoed) = await MessageAsync(client);
        await sending;
        Assert.Equal(WebSocketMessageType.Binary, type);
        Assert.True(bytes.AsSpan().SequenceEqual(echoed), $"{echoed.Length} other bytes came back.");
    }

    [Fact]
    public async Task AMessageThatIsCutToPiecesAndEndsEmptyIsOneAnswer()
    {
        using var service = new ServiceFixture(("Tcp:Channels:echo:ReplyPrefix", ""));
        using var client = await ConnectAsync(service, "echo");
        for (var round = 0; round < 50; round++)
        {
            foreach (var piece in new[] { "a", "b", "c" })
            {
                await client.SendAsync(Encoding.UTF8.GetBytes(piece), WebSocketMessageType.Text, endOfMessage: false, Cancelled);
            }

            await client.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Text, endOfMessage: true, Cancelled);
            Assert.Equal((WebSocketMessageType.Text, "abc"), await TextAsync(client));
        }
    }

    [Fact]
    public async Task TheCloseHandshakeAnswersTheTailFirst()
    {
        using var service = new ServiceFixture();
        using var client = await ConnectAsync(service, "echo");
        await client.SendAsync("no newline"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Cancelled);
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancelled);
        Assert.Equal("Echoed back: no newline", (await TextAsync(client)).Text);
        Assert.Equal(WebSocketMessageType.Close, (await MessageAsync(client)).Type);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
        await service.HasClosedAsync(CloseReason.ClientClosed);
    }

    [Fact]
    public async Task AClosingRuleIsACloseFrame()
    {
        using var service = new ServiceFixture(("Tcp:Channels:echo:Close:After", "Replies"), ("Tcp:Limits:LingerSeconds", "60"));
        using var client = await ConnectAsync(service, "echo");
        await client.SendAsync("a\nb\n"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Cancelled);
        Assert.Equal("Echoed back: a\n", (await TextAsync(client)).Text);
        Assert.Equal(WebSocketMessageType.Close, (await MessageAsync(client)).Type);
        Assert.Equal("replied", client.CloseStatusDescription);
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancelled);
        await service.HasClosedAsync(CloseReason.Replied);
    }

    [Fact]
    public async Task AServerThatSpeaksFirstIsHeardAndAnswered()
    {
        using var service = new ServiceFixture();
        using var client = await ConnectAsync(service, "repeat");
        Assert.Matches(@"^\d+\.\d\d\n$", (await TextAsync(client)).Text);
        await client.SendAsync("2\n"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Cancelled);
        Assert.Matches(@"^client: \('[^']+', \d+\), 0\nclient: \('[^']+', \d+\), 1\n$", (await TextAsync(client)).Text);
        Assert.Equal(WebSocketMessageType.Close, (await MessageAsync(client)).Type);
    }

    [Fact]
    public async Task AClientThatVanishesIsAReset()
    {
        using var service = new ServiceFixture();
        var client = await ConnectAsync(service, "echo");
        await client.SendAsync("a\n"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Cancelled);
        await TextAsync(client);
        client.Abort();
        client.Dispose();
        await service.HasClosedAsync(CloseReason.ClientReset);
    }

    [Fact]
    public async Task ItCountsAgainstTheLimitOfConnections()
    {
        using var service = new ServiceFixture(("Tcp:Channels:echo:Limits:MaxConnections", "1"));
        using var client = await ConnectAsync(service, "echo");
        await client.SendAsync("a\n"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Cancelled);
        await TextAsync(client); // it is served, so it has been counted
        using var refused = await ConnectAsync(service, "echo");
        Assert.Equal(WebSocketMessageType.Close, (await MessageAsync(refused)).Type);
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, refused.CloseStatus);
    }

    [Fact]
    public async Task ItsIdleTimeoutIsACloseFrame()
    {
        using var service = new ServiceFixture(("Tcp:Channels:echo:Timeouts:IdleSeconds", "0.5"));
        using var client = await ConnectAsync(service, "echo");
        Assert.Equal(WebSocketMessageType.Close, (await MessageAsync(client)).Type);
        Assert.Equal("idleTimeout", client.CloseStatusDescription);
        await service.HasClosedAsync(CloseReason.IdleTimeout);
    }

    [Theory]
    [InlineData("/tcp/echo", HttpStatusCode.UpgradeRequired)]
    [InlineData("/tcp/nothing", HttpStatusCode.NotFound)]
    public async Task APlainRequestIsAProblem(string path, HttpStatusCode expected)
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        var answer = await http.GetAsync(path, Cancelled);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    private static async Task SendInPiecesAsync(ClientWebSocket client, byte[] bytes)
    {
        for (var at = 0; at < bytes.Length; at += 1 << 20)
        {
            await client.SendAsync(bytes.AsMemory(at, 1 << 20), WebSocketMessageType.Binary, at + (1 << 20) == bytes.Length, Cancelled);
        }
    }

    private static async Task<ClientWebSocket> ConnectAsync(ServiceFixture service, string channel)
    {
        using var http = service.CreateClient();
        var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri($"ws://{http.BaseAddress!.Authority}/tcp/{channel}"), Cancelled);
        return client;
    }

    private static async Task<(WebSocketMessageType Type, string Text)> TextAsync(ClientWebSocket client)
    {
        var (type, bytes) = await MessageAsync(client);
        return (type, Encoding.UTF8.GetString(bytes));
    }

    private static async Task<(WebSocketMessageType Type, byte[] Bytes)> MessageAsync(ClientWebSocket client)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        using var message = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (true)
        {
            var frame = await client.ReceiveAsync(buffer, patience.Token);
            message.Write(buffer, 0, frame.Count);
            if (frame.EndOfMessage)
            {
                return (frame.MessageType, message.ToArray());
            }
        }
    }
}
