using System.Diagnostics;

namespace EchoService.Benchmarks;

/// <summary>One run of a program from its start to its end.</summary>
/// <param name="Processor">User and system time, its own children's included.</param>
internal sealed record ToolRun(TimeSpan Elapsed, TimeSpan Processor, long PeakBytes, string Output)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(10);

    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static async Task<ToolRun> RunAsync(string program, string[] arguments, string folder)
    {
        var before = ProcessUsage.EndedChildren();
        var begun = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var ended = process.WaitForExitAsync();
        var peak = 0L;
        while (!ended.IsCompleted)
        {
            peak = Math.Max(peak, ProcessUsage.Peak(process.Id));
            await Task.WhenAny(ended, Task.Delay(s_look));
        }

        await ended;
        var elapsed = Stopwatch.GetElapsedTime(begun);
        return process.ExitCode == 0
            ? new ToolRun(elapsed, ProcessUsage.EndedChildren() - before, peak, await output)
            : throw new InvalidOperationException($"{program} ended with code {process.ExitCode}: {await errors}{await output}");
    }
}
