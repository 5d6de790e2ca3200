using System.Globalization;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Cli;

/// <summary>What only a terminal shows, and what is typed there.</summary>
public sealed class TerminalTests : IDisposable
{
    private readonly Echoctl _echoctl = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TurnsASpinnerWhileAPageIsAwaitedAndErasesIt()
    {
        Tool.Require("tmux");
        await using var origin = await Origin.StartAsync(Token);
        var gate = new TaskCompletionSource();
        origin.On("/slow", OriginAnswer.Text("the page\n") with { Gate = gate.Task });
        await using var terminal = await Terminal.RunAsync(_echoctl.Folder, $"dotnet {Echoctl.Program} fetch {origin.Url("/slow")}");

        foreach (var face in "|/-\\")
        {
            await terminal.SeeAsync($"{face} Fetching {origin.Url("/slow")}");
        }

        gate.SetResult();
        await terminal.SeeAsync("[ended ");
        Assert.Equal("the page\n[ended 0]", await terminal.LinesAsync());
    }

    [Fact]
    public async Task TalksLineByLineUntilCtrlD()
    {
        Tool.Require("tmux");
        await using var service = await ServiceProcess.StartAsync();
        var echo = "127.0.0.1:" + (await service.PortAsync("echo")).ToString(CultureInfo.InvariantCulture);
        await using var terminal = await Terminal.RunAsync(_echoctl.Folder, $"dotnet {Echoctl.Program} connect {echo}");

        await terminal.SeeAsync($"Connected to {echo}. Ctrl+D ends it.");
        await terminal.TypeAsync("Hello", "Enter");
        await terminal.SeeAsync("Echoed back: Hello\n  time=");
        await terminal.TypeAsync("C-d");

        var ended = await terminal.SeeAsync("[ended ");
        Assert.Contains($"Connection closed by foreign host.\n--- {echo} ---\n1 lines sent, 1 answered, 0% lost\n", ended, StringComparison.Ordinal);
        Assert.EndsWith("[ended 0]", ended, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndsATalkWithCtrlC()
    {
        Tool.Require("tmux");
        await using var service = await ServiceProcess.StartAsync();
        var echo = "127.0.0.1:" + (await service.PortAsync("echo")).ToString(CultureInfo.InvariantCulture);
        await using var terminal = await Terminal.RunAsync(_echoctl.Folder, $"trap : INT; dotnet {Echoctl.Program} connect {echo}");

        await terminal.SeeAsync("Ctrl+D ends it.");
        await terminal.TypeAsync("C-c");

        await terminal.SeeAsync("[ended 130]");
    }

    public void Dispose() => _echoctl.Dispose();
}
