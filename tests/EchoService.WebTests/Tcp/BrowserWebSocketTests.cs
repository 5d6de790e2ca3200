using System.Text.Json;
using EchoService.Tests.Testing;
using EchoService.WebTests.Testing;

namespace EchoService.WebTests.Tcp;

/// <summary>Channels as a real browser's WebSocket finds them.</summary>
public sealed class BrowserWebSocketTests(Browser browser)
{
    /// <summary>Opens a WebSocket on the page's own service, sends each message when the answer to the last has come, closes, and tells it all.</summary>
    private const string Conversation =
        """
        async ({ channel, messages, size }) => {
          const socket = new WebSocket(`ws://${location.host}/tcp/${channel}`);
          socket.binaryType = 'arraybuffer';
          const closed = new Promise(resolve => socket.onclose = e => resolve({ code: e.code, reason: e.reason, wasClean: e.wasClean }));
          await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = () => reject(new Error('no WebSocket')); });
          const ask = message => new Promise(resolve => { socket.onmessage = e => resolve(e.data); socket.send(message); });
          const answers = [];
          for (const message of messages) answers.push(await ask(message));
          let same = null;
          if (size > 0) {
            const sent = new Uint8Array(size).map((_, n) => (n * 2654435761) >>> 13);
            const answer = await ask(sent);
            const got = answer instanceof ArrayBuffer ? new Uint8Array(answer) : [];
            same = got.length === sent.length && sent.every((byte, n) => byte === got[n]);
          }
          if (channel !== 'once') socket.close(1000, 'bye');
          return { answers, same, closed: await closed };
        }
        """;

    [Fact]
    public async Task TextIsEchoedAsTextAndTheCloseHandshakeIsClean()
    {
        var said = await ConverseAsync("echo", ["Hello\n", "\u263a again\n"]);
        Assert.Equal(["Echoed back: Hello\n", "Echoed back: \u263a again\n"], said.Answers);
        Assert.Equal((1000, true), (said.Closed.Code, said.Closed.WasClean));
    }

    /// <summary>16 MB; a browser cuts them into frames of its own choice.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(16 << 20)]
    public async Task BinaryIsEchoedAsOneBinaryMessage(int size)
    {
        var said = await ConverseAsync("verbatim", [], size);
        Assert.True(said.Same, "Other bytes came back, or text.");
        Assert.Equal((1000, true), (said.Closed.Code, said.Closed.WasClean));
    }

    [Fact]
    public async Task AClosingRuleIsACleanCloseThatSaysWhy()
    {
        var said = await ConverseAsync("once", ["a\n"]);
        Assert.Equal(["Echoed back: a\n"], said.Answers);
        Assert.Equal(new Closing(1000, "replied", WasClean: true), said.Closed);
    }

    private async Task<Said> ConverseAsync(string channel, string[] messages, int size = 0)
    {
        using var service = new ServiceFixture(
            ("Tcp:Limits:LingerSeconds", "60"), // a busy browser takes its time to answer a close
            ("Tcp:Channels:verbatim:Port", "0"), ("Tcp:Channels:verbatim:ReplyPrefix", ""),
            ("Tcp:Channels:once:Port", "0"), ("Tcp:Channels:once:Close:After", "Replies"));
        await using var open = await browser.OpenAsync(new Uri(service.ClientOptions.BaseAddress, "/characters/page").ToString());
        var said = await open.Page.EvaluateAsync<JsonElement>(Conversation, new { channel, messages, size });
        Assert.Empty(open.Complaints);
        return said.Deserialize<Said>(JsonSerializerOptions.Web)!;
    }

    private sealed record Said(string[] Answers, bool? Same, Closing Closed);

    private sealed record Closing(int Code, string Reason, bool WasClean);
}
