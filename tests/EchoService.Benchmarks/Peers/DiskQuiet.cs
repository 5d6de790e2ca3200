namespace EchoService.Benchmarks;

/// <summary>Before a run: what others have left to be written must not be flushed at the cost of the one that flushes.</summary>
internal static class DiskQuiet
{
    public static async Task WaitAsync() => await ToolRun.RunAsync(Tool.Find("sync", "coreutils"), [], "/");
}
