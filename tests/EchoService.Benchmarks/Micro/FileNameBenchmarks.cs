using BenchmarkDotNet.Attributes;
using EchoService.Downloads.Naming;

namespace EchoService.Benchmarks;

/// <summary>The name sanitiser, and the key by which names are compared.</summary>
public class FileNameBenchmarks
{
    [Params("report-2026.pdf", "../..\\Sommerfest „Zürich“\u202e.txt")]
    public string Name { get; set; } = "";

    [Benchmark]
    public string Sanitise() => FileName.Sanitise(Name);

    [Benchmark]
    public string Key() => FileName.Key(Name);
}
