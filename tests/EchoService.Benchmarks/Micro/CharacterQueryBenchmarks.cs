using BenchmarkDotNet.Attributes;
using EchoService.Characters;

namespace EchoService.Benchmarks;

/// <summary>A query of the index, and its first page of 200.</summary>
public class CharacterQueryBenchmarks
{
    [Params("chess black", "digit", "cjk")]
    public string Query { get; set; } = "";

    [Benchmark]
    public int Total() => CharacterIndex.Shared.Find(Query).Total;

    [Benchmark]
    public int FirstPage() => CharacterIndex.Shared.Find(Query).Page(0, 200).Count();
}
