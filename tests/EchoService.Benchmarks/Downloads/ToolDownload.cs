namespace EchoService.Benchmarks;

/// <summary>A program that saves a list into its current folder, from its start to its end.</summary>
internal sealed class ToolDownload(string name, string program, string package, int files, string[] arguments) : IContender
{
    private readonly SavedFiles _saved = new(files);
    private string _path = "";

    public string Name => name;

    public Task StartAsync()
    {
        _path = Tool.Find(program, package);
        return Task.CompletedTask;
    }

    public async Task<Sample> RunAsync()
    {
        var folder = await _saved.NextAsync();
        await EvenStart.WaitAsync();
        var run = await ToolRun.RunAsync(_path, arguments, folder.Path);
        var saved = Directory.EnumerateFiles(folder.Path).Count();
        return saved == files
            ? Sample.Of("files", files, run.Elapsed, run.Processor, run.PeakBytes)
            : throw new InvalidOperationException($"{name} saved {saved} of {files} files: {run.Output}");
    }

    public ValueTask DisposeAsync() => _saved.DisposeAsync();
}
