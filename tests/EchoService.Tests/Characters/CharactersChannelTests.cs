using System.Globalization;
using System.Text;
using EchoService.Characters;
using EchoService.Tcp;
using EchoService.Tests.Tcp;
using EchoService.Tests.Testing;
using Microsoft.Extensions.Logging;

namespace EchoService.Tests.Characters;

public sealed class CharactersChannelTests
{
    private const string Prompt = "?> ";

    [Fact]
    public async Task AnswersALineACharacterAndTheirNumber()
    {
        using var service = new ServiceFixture();
        using var client = await ConnectAsync(service);
        await client.ExpectAsync(Prompt);
        await client.SendAsync("chess black\r\n");
        await client.ExpectAsync(Answer("chess black") + Prompt);
        await client.SendAsync("registered\n");
        await client.ExpectAsync("U+00AE\t®\tREGISTERED SIGN\r\n1 match for 'registered'\r\n?> ");
        await client.SendAsync("xyzzy\r\n");
        await client.ExpectAsync("No match for 'xyzzy'\r\n?> ");
    }

    [Fact]
    public async Task AnEmptyLinePromptsAgain()
    {
        using var service = new ServiceFixture();
        using var client = await ConnectAsync(service);
        await client.SendAsync("\r\n \n\t\r\n");
        await client.ExpectAsync("?> ?> ?> ?> ");
    }

    [Theory]
    [InlineData("03")]
    [InlineData("00 0D 0A")]
    [InlineData("04 0A")]
    [InlineData("FF F4 FF FD 06")]
    [InlineData("E9 74 E9 0D 0A")] // Latin-1 is no UTF-8
    public async Task AControlCharacterOrNoTextCloses(string hex)
    {
        using var service = new ServiceFixture();
        using var client = await ConnectAsync(service);
        await client.SendAsync(Convert.FromHexString(hex.Replace(" ", "")));
        Assert.Equal(Prompt, await client.ReadTextToEndAsync());
        client.HalfClose();
        await service.HasClosedAsync(CloseReason.Finished, channel: "characters");
    }

    [Fact]
    public async Task AnswersQueriesThatComeTogetherOrByteByByte()
    {
        using var service = new ServiceFixture();
        using var client = await ConnectAsync(service);
        await client.SendAsync("sun\r\ncat face\r\nxyz");
        await client.ExpectAsync(Prompt + Answer("sun") + Prompt + Answer("cat face") + Prompt);
        foreach (var letter in "zy\r\n"u8.ToArray())
        {
            await client.SendAsync(new[] { letter });
        }

        await client.ExpectAsync(Answer("xyzzy") + Prompt);
    }

    [Fact]
    public async Task AnswersWhatCameBeforeTheClientHalfCloses()
    {
        using var service = new ServiceFixture();
        using var client = await ConnectAsync(service);
        await client.SendAsync("digit\nsun");
        client.HalfClose();
        Assert.Equal(Prompt + Answer("digit") + Prompt + Answer("sun") + Prompt, await client.ReadTextToEndAsync());
        await service.HasClosedAsync(CloseReason.ClientClosed, channel: "characters");
    }

    [Theory]
    [InlineData(2_000)]
    [InlineData(500_000)]
    public async Task RefusesALineWithoutEndWithOneClearLine(int length)
    {
        using var service = new ServiceFixture(("Tcp:Limits:LingerSeconds", "60"));
        using var client = await ConnectAsync(service);
        await client.SendAsync(new string('a', length));
        Assert.Equal("?> error: a query has at most 1024 bytes\r\n", await client.ReadTextToEndAsync());
        client.HalfClose();
        await service.HasClosedAsync(CloseReason.ProtocolError, channel: "characters");
    }

    [Fact]
    public async Task SendsAHugeResultWhole()
    {
        using var service = new ServiceFixture();
        using var client = await ConnectAsync(service);
        await client.SendAsync("cjk\r\n");
        client.HalfClose();
        Assert.Equal(Prompt + Answer("cjk") + Prompt, await client.ReadTextToEndAsync());
    }

    [Fact]
    public async Task HoldsASessionWithTelnet()
    {
        using var service = new ServiceFixture();
        using var telnet = Tool.Start("telnet", "127.0.0.1", service.PortOf("characters").ToString(CultureInfo.InvariantCulture));
        var output = ProcessLines.OfOutput(telnet);
        var errors = ProcessLines.OfErrors(telnet);
        await telnet.StandardInput.WriteAsync("chess black\n");
        await telnet.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal("35 matches for 'chess black'", await output.WaitForAsync("matches", TestContext.Current.CancellationToken));
        Assert.Equal("?> U+265A\t♚\tBLACK CHESS KING", await output.WaitForAsync("KING", TestContext.Current.CancellationToken));
        await telnet.StandardInput.WriteAsync("sun\r\n\u0004\n");
        await telnet.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        await output.WaitForAsync("17 matches for 'sun'", TestContext.Current.CancellationToken);
        await errors.WaitForAsync("Connection closed by foreign host.", TestContext.Current.CancellationToken);
        await telnet.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task LogsTheQueryEscapedAndTheNumberOfResults()
    {
        using var service = new ServiceFixture();
        using var client = await ConnectAsync(service);
        await client.SendAsync("chess\e black\r\nchess black\r\n");
        await client.ExpectAsync("?> No match for 'chess\uFFFD black'\r\n?> " + Answer("chess black"));
        var from = client.Socket.LocalEndPoint;
        await service.Logs.WaitForAsync($@"Received from {from}: 'chess\x1b black'");
        Assert.Equal(LogLevel.Debug, (await service.Logs.WaitForAsync($"Received from {from}: 'chess black'")).Level);
        await service.Logs.WaitForAsync("Sent 0 results");
        await service.Logs.WaitForAsync("Sent 35 results");
    }

    private static Task<TcpPeer> ConnectAsync(ServiceFixture service) => TcpPeer.ConnectAsync(service, "characters");

    internal static string Answer(string query)
    {
        var matches = CharacterIndex.Shared.Find(query);
        var text = new StringBuilder();
        foreach (var character in matches.Page(0, int.MaxValue))
        {
            text.Append(character).Append("\r\n");
        }

        return text.Append(matches.Status).Append("\r\n").ToString();
    }
}
