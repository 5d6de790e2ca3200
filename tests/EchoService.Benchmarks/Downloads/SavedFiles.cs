namespace EchoService.Benchmarks;

/// <summary>
/// Folders for what the runs of one work save. Many small files stay until the work's end: ext4 without a journal takes no inode that
/// was deleted within the last minute, and walks over all of them at each new file.
/// </summary>
internal sealed class SavedFiles(int files) : IAsyncDisposable
{
    private const int Few = 100;

    private readonly List<ScratchFolder> _folders = [];

    public static bool AreFew(int files) => files <= Few;

    public async Task<ScratchFolder> NextAsync()
    {
        if (AreFew(files))
        {
            await DisposeAsync();
        }

        var folder = new ScratchFolder();
        _folders.Add(folder);
        return folder;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var folder in _folders)
        {
            await folder.DisposeAsync();
        }

        _folders.Clear();
    }
}
