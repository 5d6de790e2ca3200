using System.Runtime.InteropServices;
using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Cli;

public sealed partial class DownloadTests : IAsyncDisposable
{
    private readonly Echoctl _echoctl = new();
    private Origin _origin = null!;

    private async Task<Origin> OriginAsync() => _origin = await Origin.StartAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task SavesAListAndTellsHowLongItTook()
    {
        var origin = await OriginAsync();
        origin.On("/3/library/asyncio", OriginAnswer.Text("asyncio")).On("/logo.gif", OriginAnswer.Text("logo"));

        var result = await _echoctl.RunAsync(["download", $"{origin.Url("/3/library/asyncio")}", $"{origin.Url("/logo.gif")}", "-o", "output"]);

        Assert.Equal("", result.Errors);
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^2 URLs to output, 64 at once\n2 done\nTook \d+\.\d\d seconds\n$", result.Output);
        Assert.Equal("logo", await File.ReadAllTextAsync(_echoctl.Path("output", "logo.gif"), TestContext.Current.CancellationToken));
    }

    /// <summary>As the service does: else names that look alike would be two.</summary>
    [Fact]
    public async Task NormalizesNames()
    {
        var origin = await OriginAsync();
        origin.On("/e%CC%81.txt", OriginAnswer.Text("é"));

        var result = await _echoctl.RunAsync(["download", $"{origin.Url("/e%CC%81.txt")}"]);

        Assert.Equal(0, result.ExitCode);
        Assert.True(File.Exists(_echoctl.Path("\u00E9.txt")), result.Output + result.Errors);
    }

    [Fact]
    public async Task CountsFailuresByTheirCauseAndEndsWithOne()
    {
        var origin = await OriginAsync();
        origin.On("/ad.gif", OriginAnswer.Text("ad"));

        var result = await _echoctl.RunAsync(["download", "--template", $"{origin.Address}{{cc}}.gif", "--values", "ad,zz", "-v", "--name", "flag-{cc}"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("1 done, 1 failed (notFound 1)\n", result.Output, StringComparison.Ordinal);
        Assert.Contains($"done     {origin.Url("/ad.gif")} -> flag-ad.gif (2 B)\n", result.Output, StringComparison.Ordinal);
        Assert.Contains($"failed   {origin.Url("/zz.gif")}: ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FetchesNothingTwiceAndLeavesOthersFilesAlone()
    {
        var origin = await OriginAsync();
        origin.On("/a.txt", OriginAnswer.Text("a")).On("/b.txt", OriginAnswer.Text("b"));
        await File.WriteAllTextAsync(_echoctl.Path("a.txt"), "mine", TestContext.Current.CancellationToken);
        await _echoctl.RunAsync(["download", $"{origin.Url("/a.txt")}"]);

        var result = await _echoctl.RunAsync(["download", "-i", "-"], $"{origin.Url("/a.txt")}\n{origin.Url("/b.txt")}\n");

        Assert.Equal(1, origin.Requests("/a.txt"));
        Assert.Contains("1 done, 1 already there\n", result.Output, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(_echoctl.Path("a.txt"), TestContext.Current.CancellationToken));
        Assert.Equal("a", await File.ReadAllTextAsync(_echoctl.Path("a (1).txt"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task GoesOnAfterCtrlC()
    {
        var origin = await OriginAsync();
        var gate = new TaskCompletionSource();
        origin.On("/first", OriginAnswer.Text("first")).On("/second", OriginAnswer.Text("second") with { Gate = gate.Task }, OriginAnswer.Text("second"));
        string[] arguments = ["download", "--sequential", $"{origin.Url("/first")}", $"{origin.Url("/second")}"];
        using (var process = _echoctl.Start(arguments))
        {
            await origin.RequestAsync("/second", 1, TestContext.Current.CancellationToken);
            Assert.Equal(0, SendSignal(process.Id, 2));
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.Equal(130, process.ExitCode);
            Assert.StartsWith("echoctl: Interrupted: 1 done, 1 left.", await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        gate.SetResult();
        var result = await _echoctl.RunAsync(arguments);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(1, origin.Requests("/first"));
        Assert.Contains("1 done, 1 already there\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WritesOneJsonDocumentAndNothingElse()
    {
        var origin = await OriginAsync();
        origin.On("/a", OriginAnswer.Text("a"));

        var whole = await _echoctl.RunAsync(["download", $"{origin.Url("/a")}", $"{origin.Url("/none")}", "--json", "-o", "one"]);
        var lines = await _echoctl.RunAsync(["download", $"{origin.Url("/a")}", $"{origin.Url("/none")}", "--json", "-v", "-o", "two"]);

        using var document = JsonDocument.Parse(whole.Output);
        Assert.Equal(1, document.RootElement.GetProperty("counts").GetProperty("done").GetInt32());
        Assert.Equal(1, document.RootElement.GetProperty("errors").GetProperty("notFound").GetInt32());
        Assert.Equal(2, document.RootElement.GetProperty("items").GetArrayLength());
        Assert.Equal(3, lines.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement.ValueKind).Count(kind => kind == JsonValueKind.Object));
    }

    [Fact]
    public async Task ShowsABarOnATerminal()
    {
        Tool.Require("tmux");
        var origin = await OriginAsync();
        var gate = new TaskCompletionSource();
        origin.On("/quick", OriginAnswer.Text("quick")).On("/slow", OriginAnswer.Text("slow") with { Gate = gate.Task });
        await using var terminal = await Terminal.RunAsync(_echoctl.Folder, $"dotnet {Echoctl.Program} download {origin.Url("/quick")} {origin.Url("/slow")}");

        await terminal.SeeAsync("1/2");
        var during = await terminal.SeeAsync($" s  {origin.Url("/slow")}");
        Assert.Contains("1/2", during, StringComparison.Ordinal);
        Assert.Contains("files/s", during, StringComparison.Ordinal);

        gate.SetResult();
        var after = await terminal.SeeAsync("[ended 0]");
        Assert.Matches(@"^2 URLs to \., 64 at once\n2 done\nTook \d+\.\d\d seconds\n\[ended 0\]$", after);
    }

    public async ValueTask DisposeAsync()
    {
        if (_origin is not null)
        {
            await _origin.DisposeAsync();
        }

        _echoctl.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
