using System.Diagnostics;

namespace EchoService.Tests.Testing;

/// <summary>The built <c>echoctl</c> as a child process, piped, in a folder of its own.</summary>
public sealed class Echoctl : IDisposable
{
    public static string Program { get; } = Repository.Path(
        "src", "EchoService.Cli", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "echoctl.dll");

    public string Folder { get; } = Directory.CreateTempSubdirectory("echoctl-").FullName;

    public string Path(params string[] parts) => System.IO.Path.Combine([Folder, .. parts]);

    public async Task<ToolResult> RunAsync(string[] arguments, string input = "", params (string Name, string Value)[] environment)
    {
        using var process = Start(arguments, environment);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        return new ToolResult(process.ExitCode, await output, await errors);
    }

    public Process Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        // As in ServiceProcess: SIGINT may be ignored where the tests run.
        string[] program = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];
        var start = new ProcessStartInfo(program[0], [.. program[1..], Program, .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
