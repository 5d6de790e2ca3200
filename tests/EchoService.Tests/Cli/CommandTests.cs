using System.Globalization;
using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Cli;

public sealed class CommandTests : IDisposable
{
    private readonly Echoctl _echoctl = new();

    [Fact]
    public async Task FindsCharacters()
    {
        var result = await _echoctl.RunAsync(["chars", "registered"]);
        var limited = await _echoctl.RunAsync(["chars", "digit"], "", ("ECHOCTL_LIMIT", "1"));
        var json = await _echoctl.RunAsync(["chars", "registered", "--json"]);

        Assert.Equal("U+00AE\t®\tREGISTERED SIGN\n1 match for 'registered'\n", result.Output);
        Assert.StartsWith("U+0030\t0\tDIGIT ZERO\n988 matches", limited.Output, StringComparison.Ordinal);
        Assert.Equal("®", JsonDocument.Parse(json.Output).RootElement.GetProperty("items")[0].GetProperty("character").GetString());
    }

    [Fact]
    public async Task FetchesAPage()
    {
        await using var origin = await Origin.StartAsync(TestContext.Current.CancellationToken);
        origin.On("/page", OriginAnswer.Text("<p>page"));

        var body = await _echoctl.RunAsync(["fetch", $"{origin.Url("/page")}"]);
        var head = await _echoctl.RunAsync(["fetch", "-i", $"{origin.Url("/page")}", "--user", "Aladdin:open sesame"]);
        var none = await _echoctl.RunAsync(["fetch", $"{origin.Url("/none")}"]);

        Assert.Equal("<p>page", body.Output);
        Assert.StartsWith("200\n", head.Output, StringComparison.Ordinal);
        Assert.Equal("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", origin.RequestsTo("/page")[1].Headers["Authorization"]);
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("notFound", none.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TalksToAnEchoChannel()
    {
        await using var service = await ServiceProcess.StartAsync();
        var echo = await EndPointAsync(service, "echo");

        var piped = await _echoctl.RunAsync(["connect", echo, "-q"], "Hello\nWorld\n");
        var apart = await _echoctl.RunAsync(["connect", .. echo.Split(':'), "-q"], "Hello\nWorld\n");
        var apart6 = await _echoctl.RunAsync(["connect", "::1", echo.Split(':')[1], "-q"], "Hello\nWorld\n");
        var probed = await _echoctl.RunAsync(["connect", echo, "--count", "3", "--interval", "0.01"]);

        Assert.All([piped, apart, apart6], talk => Assert.Equal(("Echoed back: Hello\nEchoed back: World\n", "", 0), (talk.Output, talk.Errors, talk.ExitCode)));
        Assert.Contains($"--- {echo} ---\n3 lines sent, 3 answered, 0% lost\nround trip min/avg/max/mdev = ", probed.Errors, StringComparison.Ordinal);
        Assert.Equal(0, probed.ExitCode);
    }

    [Fact]
    public async Task TalksOverAWebSocket()
    {
        await using var service = await ServiceProcess.StartAsync();

        var result = await _echoctl.RunAsync(["connect", $"ws://127.0.0.1:{service.Client.BaseAddress!.Port}/tcp/echo", "-q"], "Hello\n");

        Assert.Equal("Echoed back: Hello\n", result.Output);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task TakesLinesFromARepeatChannel()
    {
        await using var service = await ServiceProcess.StartAsync();

        var result = await _echoctl.RunAsync(["repeat", await EndPointAsync(service, "repeat"), "2", "--delay", "0.1"]);

        Assert.Matches(@"^\d+\.\d Got line:  client: \('127\.0\.0\.1', \d+\), 0\n\d+\.\d Got line:  client: \('127\.0\.0\.1', \d+\), 1\n$", result.Output);
    }

    [Fact]
    public async Task MeasuresAnEchoAndChecksItsReplies()
    {
        await using var service = await ServiceProcess.StartAsync();
        var echo = await EndPointAsync(service, "echo");

        var right = await _echoctl.RunAsync(["bench", echo, "--seconds", "2", "--connections", "4", "--depth", "4", "--prefix", "Echoed back: "]);
        var wrong = await _echoctl.RunAsync(["bench", echo, "--seconds", "0.5", "--json"]);

        Assert.Equal(0, right.ExitCode);
        Assert.Matches(@"messages  [1-9]\d* \(\d+/s\)\ndata .*\nlatency   p50 [\d.]+ ms, p99 [\d.]+ ms, p99.9 [\d.]+ ms, max [\d.]+ ms\nerrors    0\n", right.Output);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Equal(10, JsonDocument.Parse(wrong.Output).RootElement.GetProperty("errors").GetInt32());
    }

    [Fact]
    public async Task DrivesAService()
    {
        await using var origin = await Origin.StartAsync(TestContext.Current.CancellationToken);
        origin.On("/a", OriginAnswer.Text("a"));
        await using var service = await ServiceProcess.StartAsync(("Downloads:Egress:AllowedNetworks:0", "127.0.0.0/8"));
        var server = service.Client.BaseAddress!.ToString();

        var watched = await _echoctl.RunAsync(["download", $"{origin.Url("/a")}", $"{origin.Url("/none")}", "--server", server, "--watch"]);
        var jobs = await _echoctl.RunAsync(["jobs"], "", ("ECHOCTL_SERVER", server));
        var cancelled = await _echoctl.RunAsync(["cancel", jobs.Output.Split(' ')[0], "--server", server]);

        Assert.Equal(1, watched.ExitCode);
        Assert.Matches(@"^1 done, 1 failed \(notFound 1\)\nTook \d+\.\d\d seconds\n$", watched.Output);
        Assert.Matches(@"^[0-9a-f]{32}  completed  [-0-9]+ [:0-9]+  1 done, 1 failed\n$", jobs.Output);
        Assert.Equal(1, cancelled.ExitCode);
        Assert.Contains("answers 409", cancelled.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => _echoctl.Dispose();

    private static async Task<string> EndPointAsync(ServiceProcess service, string channel) =>
        "127.0.0.1:" + (await service.PortAsync(channel)).ToString(CultureInfo.InvariantCulture);
}
