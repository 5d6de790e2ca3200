using System.Diagnostics;

namespace EchoService.Tests.Testing;

/// <summary>A program of the machine (telnet, promtool …). A test that needs a missing one skips and names it; tests/run installs them all.</summary>
public static class Tool
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static void Require(params string[] programs)
    {
        foreach (var program in programs)
        {
            Assert.SkipWhen(Find(program) is null, $"{program} is not installed: tests/run as root installs it");
        }
    }

    /// <summary>Runs to the end and answers all that it wrote.</summary>
    /// <param name="within">A minute where nothing is said.</param>
    public static async Task<ToolResult> RunAsync(string program, string[] arguments, string input = "", TimeSpan? within = null)
    {
        Require(program);
        using var process = Start(program, arguments);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(within ?? s_patience, TestContext.Current.CancellationToken);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        return new ToolResult(process.ExitCode, await output, await errors);
    }

    /// <summary>Starts it with all three streams redirected. Whoever starts it ends it.</summary>
    public static Process Start(string program, params string[] arguments)
    {
        Require(program);
        return Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException($"{program} did not start.");
    }

    private static string? Find(string program) =>
        ((string[])[.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/sbin"])
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}

public sealed record ToolResult(int ExitCode, string Output, string Errors);
