using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Cli;

/// <summary>The package from which <c>dotnet tool install</c> makes the command.</summary>
public sealed class ToolTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("echoctl-tool-").FullName;

    [Fact]
    public async Task IsInstalledFromItsPackageAndRuns()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var packed = await Tool.RunAsync("dotnet", ["pack", Repository.Path("src", "EchoService.Cli"), "-c", configuration, "--no-build", "--tl:off", "-o", _folder]);
        Assert.True(packed.ExitCode == 0, packed.Output);

        // No source beside the folder is asked.
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "nuget.config"), "<configuration><packageSources><clear /><add key=\"here\" value=\".\" /></packageSources></configuration>", TestContext.Current.CancellationToken);
        var installed = await Tool.RunAsync(
            "dotnet", ["tool", "install", "echoctl", "--tool-path", Path.Combine(_folder, "tools"), "--configfile", Path.Combine(_folder, "nuget.config"), "--no-cache"]);
        Assert.True(installed.ExitCode == 0, installed.Output + installed.Errors);

        var result = await Tool.RunAsync(Path.Combine(_folder, "tools", "echoctl"), ["chars", "registered"]);
        Assert.Equal("U+00AE\t®\tREGISTERED SIGN\n1 match for 'registered'\n", result.Output);
    }

    [Fact]
    public async Task NeedsNoAspNetCore()
    {
        using var runtime = JsonDocument.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(Echoctl.Program, ".runtimeconfig.json"), TestContext.Current.CancellationToken));

        Assert.Equal("Microsoft.NETCore.App", runtime.RootElement.GetProperty("runtimeOptions").GetProperty("framework").GetProperty("name").GetString());
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.GetDirectoryName(Echoctl.Program)!), file => Path.GetFileName(file).StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
