using System.Globalization;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Cli;

/// <summary>
/// What each command prints, in a pseudo-terminal and in a pipe, against files that a person has looked at. With
/// ECHOSERVICE_WRITE_SNAPSHOTS=1 the files are written in place of being compared.
/// </summary>
public sealed class SnapshotTests(CliScene scene) : IClassFixture<CliScene>
{
    private static readonly bool Writes = Environment.GetEnvironmentVariable("ECHOSERVICE_WRITE_SNAPSHOTS") == "1";

    private static readonly Dictionary<string, string> Commands = new(StringComparer.Ordinal)
    {
        ["download"] = "echoctl download ORIGIN/a.txt ORIGIN/none ORIGIN/a.txt htp://nowhere/ -o 1",
        ["download-verbose"] = "echoctl download --sequential ORIGIN/a.txt ORIGIN/none ORIGIN/a.txt htp://nowhere/ -o 2 -v",
        ["download-json"] = "echoctl download ORIGIN/a.txt ORIGIN/none -o 3 --json --sequential",
        ["download-again"] = "echoctl download ORIGIN/a.txt -o 4; echoctl download ORIGIN/a.txt -o 4",
        ["download-server"] = "echoctl download ORIGIN/a.txt ORIGIN/none --server SERVICE --watch",
        ["fetch"] = "echoctl fetch ORIGIN/a.txt",
        ["fetch-include"] = "echoctl fetch ORIGIN/a.txt -i",
        ["fetch-none"] = "echoctl fetch ORIGIN/none",
        ["chars"] = "echoctl chars cat face --limit 3",
        ["chars-json"] = "echoctl chars registered --json",
        ["connect"] = "printf 'Hello' | echoctl connect ECHO",
        ["connect-count"] = "echoctl connect ECHO --count 1",
        ["connect-websocket"] = "printf 'Hello\\n' | echoctl connect WS/tcp/echo",
        ["repeat"] = "echoctl repeat REPEAT 2 --delay 0",
        ["bench"] = "echoctl bench ECHO --seconds 2 --connections 2 --prefix 'Echoed back: '",
        ["jobs"] = "echoctl jobs --server SERVICE --state completed | tail -1",
        ["watch"] = "echoctl watch JOB --server SERVICE",
        ["watch-json"] = "echoctl watch JOB --server SERVICE --json -v",
        ["cancel"] = "echoctl cancel JOB --server SERVICE",
        ["key"] = "echoctl key new",
    };

    public static TheoryData<string> Names => [.. Commands.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task PrintsInAPipeWhatWasLookedAt(string name)
    {
        var result = await Tool.RunAsync("sh", ["-c", $"cd '{scene.Echoctl.Folder}' && mkdir -p piped && cd piped && {Command(name)}"]);

        var errors = result.Errors.Length > 0 ? $"--- standard error\n{result.Errors}" : "";
        await CompareAsync(name, "piped", $"{result.Output}{errors}[ended {result.ExitCode.ToString(CultureInfo.InvariantCulture)}]");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task PrintsOnATerminalWhatWasLookedAt(string name)
    {
        Tool.Require("tmux");
        var folder = Directory.CreateDirectory(scene.Echoctl.Path("terminal")).FullName;
        await using var terminal = await Terminal.RunAsync(folder, Command(name));
        await terminal.SeeAsync("[ended ");

        await CompareAsync(name, "terminal", await terminal.LinesAsync());
    }

    private string Command(string name) => scene.Command(Commands[name]);

    private async Task CompareAsync(string name, string kind, string printed)
    {
        var file = Repository.Path("tests", "EchoService.Tests", "Cli", "Snapshots", $"{name}.{kind}.txt");
        var actual = scene.Stable(printed) + "\n";
        if (Writes)
        {
            await File.WriteAllTextAsync(file, actual, TestContext.Current.CancellationToken);
        }

        Assert.Equal(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), actual);
    }
}
