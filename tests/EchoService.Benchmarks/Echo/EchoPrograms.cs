namespace EchoService.Benchmarks;

/// <summary>The yardstick and the load, compiled here and now: both in C, so that neither is what is measured.</summary>
internal sealed class EchoPrograms : IAsyncDisposable
{
    private readonly ScratchFolder _folder = new();
    private ToolMissingException? _noCompiler;

    private EchoPrograms()
    {
    }

    /// <exception cref="ToolMissingException">There is no C compiler.</exception>
    public string Server => _noCompiler is null ? Path.Combine(_folder.Path, "echo-server") : throw _noCompiler;

    /// <summary>Null: there is no C compiler, and the load is <see cref="MessageLoad"/>.</summary>
    public string? Load => _noCompiler is null ? Path.Combine(_folder.Path, "echo-load") : null;

    /// <summary>The script beside the sources.</summary>
    public static string Asyncio => Source("asyncio-echo.py");

    public static async Task<EchoPrograms> CompileAsync()
    {
        var programs = new EchoPrograms();
        try
        {
            var compiler = Tool.Find("cc", "gcc libc6-dev");
            foreach (var program in (string[])["echo-server", "echo-load"])
            {
                await ToolRun.RunAsync(compiler, ["-O2", "-o", program, Source($"{program}.c")], programs._folder.Path);
            }
        }
        catch (ToolMissingException missing)
        {
            programs._noCompiler = new($"{missing.Message}; the others' load is made in .NET, and weaker");
        }

        return programs;
    }

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    private static string Source(string name) => Path.Combine(AppContext.BaseDirectory, "Echo", name);
}
