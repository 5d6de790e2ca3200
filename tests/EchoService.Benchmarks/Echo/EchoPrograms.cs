namespace EchoService.Benchmarks;

/// <summary>The yardstick and the load, compiled here and now: both in C, so that neither is what is measured.</summary>
internal sealed class EchoPrograms : IAsyncDisposable
{
    private readonly ScratchFolder _folder = new();

    private EchoPrograms()
    {
    }

    public string Server => Path.Combine(_folder.Path, "echo-server");

    public string Load => Path.Combine(_folder.Path, "echo-load");

    /// <summary>The script beside the sources.</summary>
    public static string Asyncio => Source("asyncio-echo.py");

    /// <exception cref="ToolMissingException">There is no C compiler.</exception>
    public static async Task<EchoPrograms> CompileAsync()
    {
        var compiler = Tool.Find("cc", "gcc libc6-dev");
        var programs = new EchoPrograms();
        foreach (var program in (string[])[programs.Server, programs.Load])
        {
            await ToolRun.RunAsync(compiler, ["-O2", "-o", program, Source(Path.GetFileName(program) + ".c")], programs._folder.Path);
        }

        return programs;
    }

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    private static string Source(string name) => Path.Combine(AppContext.BaseDirectory, "Echo", name);
}
