namespace EchoService.Cli;

/// <summary>A list from standard input in a file of its own, for it has to be read twice and may be long; gone at the end.</summary>
internal sealed class Spool : IDisposable
{
    private string? _path;

    public async Task<string> TakeInputAsync(CancellationToken token)
    {
        _path = Path.GetTempFileName();
        await using var input = Console.OpenStandardInput();
        await using var file = new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.Read);
        await input.CopyToAsync(file, token);
        return _path;
    }

    public void Dispose()
    {
        if (_path is not null)
        {
            File.Delete(_path);
        }
    }
}
