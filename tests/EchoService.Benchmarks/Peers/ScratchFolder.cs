namespace EchoService.Benchmarks;

/// <summary>A temporary folder that goes with the work.</summary>
internal sealed class ScratchFolder : IAsyncDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("echoservice-bench-").FullName;

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Path, recursive: true);
        return ValueTask.CompletedTask;
    }
}
