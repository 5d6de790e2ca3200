using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace EchoService.Benchmarks;

/// <summary><c>micro</c>: the hot functions alone, time and allocated bytes a call, by BenchmarkDotNet.</summary>
internal static class MicroCommand
{
    public static Command Create()
    {
        var filter = new Option<string>("--filter") { Description = "Which benchmarks, as BenchmarkDotNet takes it.", DefaultValueFactory = _ => "*" };
        var command = new Command("micro", "Measures hot functions alone: time and allocated bytes a call.") { filter };
        command.SetAction(parsed =>
        {
            // In this process: nothing is generated or built, so that it runs wherever this program does.
            var configuration = DefaultConfig.Instance
                .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
                .AddDiagnoser(MemoryDiagnoser.Default)
                .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "echoservice-micro"));
            return BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(["--filter", parsed.GetValue(filter)!], configuration).Any() ? 0 : 1;
        });
        return command;
    }
}
