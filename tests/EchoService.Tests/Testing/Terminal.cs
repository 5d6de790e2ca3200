namespace EchoService.Tests.Testing;

/// <summary>A pseudo-terminal of 100 columns and 30 lines, through a tmux server of its own.</summary>
public sealed class Terminal : IAsyncDisposable
{
    private readonly string _socket = $"echoctl-{Guid.NewGuid():N}";

    /// <summary>Runs a shell command in it; the terminal stays when that has ended, with its exit code in the last line.</summary>
    public static async Task<Terminal> RunAsync(string folder, string command)
    {
        var terminal = new Terminal();
        await terminal.TmuxAsync("new-session", "-d", "-x", "100", "-y", "30", "-c", folder, $"sh -c '{command.Replace("'", "'\\''", StringComparison.Ordinal)}; echo \"[ended $?]\"; sleep 600'");
        return terminal;
    }

    public async Task TypeAsync(params string[] keys) => await TmuxAsync(["send-keys", .. keys]);

    /// <summary>What a person sees.</summary>
    public async Task<string> ScreenAsync() => (await TmuxAsync("capture-pane", "-p")).Output.TrimEnd();

    /// <summary>All that was printed, lines as they were before the terminal's edge broke them.</summary>
    public async Task<string> LinesAsync() =>
        string.Join('\n', (await TmuxAsync("capture-pane", "-p", "-J", "-S", "-")).Output.Split('\n').Select(line => line.TrimEnd())).Trim('\n');

    /// <summary>The screen, once it shows the text.</summary>
    public async Task<string> SeeAsync(string text)
    {
        var screen = "";
        await Eventually.Passes(
            async () =>
            {
                screen = await ScreenAsync();
                Assert.Contains(text, screen, StringComparison.Ordinal);
            },
            TimeSpan.FromSeconds(40));
        return screen;
    }

    public async ValueTask DisposeAsync() => await TmuxAsync("kill-server");

    private Task<ToolResult> TmuxAsync(params string[] arguments) => Tool.RunAsync("tmux", ["-L", _socket, "-f", "/dev/null", .. arguments]);
}
