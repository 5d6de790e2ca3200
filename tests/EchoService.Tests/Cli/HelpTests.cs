using System.Diagnostics;
using System.Globalization;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Cli;

public sealed class HelpTests : IDisposable
{
    private readonly Echoctl _echoctl = new();

    [Theory]
    [InlineData("download")]
    [InlineData("fetch")]
    [InlineData("chars")]
    [InlineData("connect")]
    [InlineData("repeat")]
    [InlineData("bench")]
    [InlineData("jobs")]
    [InlineData("watch")]
    [InlineData("cancel")]
    [InlineData("key", "new")]
    public async Task ShowsExamplesOfEachCommand(params string[] command)
    {
        var result = await _echoctl.RunAsync([.. command, "--help"]);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("", result.Errors);
        Assert.Contains($"Examples:\n  ", result.Output, StringComparison.Ordinal);
        Assert.Contains($"  echoctl {string.Join(' ', command)}", result.Output[result.Output.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.All(result.Output.Split('\n'), line => Assert.Equal(line.TrimEnd('\r'), line));
    }

    [Fact]
    public async Task TellsItsVersion()
    {
        var result = await _echoctl.RunAsync(["--version"]);

        Assert.Matches(@"^\d+\.\d+\.\d+", result.Output);
        Assert.Equal(0, result.ExitCode);
    }

    /// <summary>
    /// 250 ms is the promise on a machine that does nothing else, where a program that does nothing takes 70. Here others work: so that
    /// program is measured in turns with ours, and ours may take three and a half times as long.
    /// </summary>
    [Fact]
    public async Task ShowsHelpAtOnce()
    {
        var nothing = _echoctl.Path("nothing.dll");
        EmptyProgram.Write(nothing);
        var (help, bare) = (new List<double>(), new List<double>());
        for (var round = 0; round < 7; round++)
        {
            bare.Add(await FirstOutputAsync(nothing));
            help.Add(await FirstOutputAsync(Echoctl.Program, "--help"));
        }

        var told = string.Create(CultureInfo.InvariantCulture, $"echoctl --help shows its first line after {help.Min():0} ms, a program that does nothing after {bare.Min():0} ms (the best of seven)");
        TestContext.Current.SendDiagnosticMessage(told);
        Assert.True(help.Min() < 250 || help.Min() < 3.5 * bare.Min(), told);
    }

    public void Dispose() => _echoctl.Dispose();

    private static async Task<double> FirstOutputAsync(params string[] arguments)
    {
        var begun = Stopwatch.GetTimestamp();
        using var process = Tool.Start("dotnet", arguments);
        Assert.NotEqual(-1, await process.StandardOutput.BaseStream.ReadAsync(new byte[1], TestContext.Current.CancellationToken));
        var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return took;
    }
}
