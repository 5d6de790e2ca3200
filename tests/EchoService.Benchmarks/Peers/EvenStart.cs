namespace EchoService.Benchmarks;

/// <summary>
/// The same beginning for every run: what others have left to be written must not be flushed at the cost of the one that flushes, and memory that
/// a virtual machine has given back to its host while others were slow must not be asked for anew by the one that comes after them (a second write of
/// 1 GiB takes 0.14 s here, one after ten idle seconds 0.36).
/// </summary>
internal static class EvenStart
{
    private const long Bytes = 3L << 29;

    public static async Task WaitAsync()
    {
        await ToolRun.RunAsync(Tool.Find("sync", "coreutils"), [], "/");
        await using var scratch = new ScratchFolder();
        var piece = new byte[1 << 20];
        await using var file = new FileStream(Path.Combine(scratch.Path, "memory"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        for (var written = 0L; written < Bytes; written += piece.Length)
        {
            await file.WriteAsync(piece);
        }
    }
}
