using EchoService.Downloads.Store;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Content;

/// <summary>
/// The data folder and its lock. With SQLite one process at a time owns it: the lock ends with the process, however it ends, so who
/// holds it knows that whoever held it before is dead.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    /// <summary>Less room than this, or than a twentieth of a small disk, counts as none: the database and its log need some too.</summary>
    private const long ReservedBytes = 64L << 20;

    private readonly FileStream? _lock;

    public DataFolder(IOptions<DownloadsOptions> options)
        : this(options.Value.DataDirectory, files: null, isOwned: options.Value.Store.Kind == StoreKind.Sqlite)
    {
    }

    /// <param name="files">A folder for files of all jobs, side by side with what else is there; null: one of our own, with a folder a job.</param>
    /// <param name="isOwned">False: nodes share it, or it holds nothing but what is on its way elsewhere; no lock is taken.</param>
    /// <exception cref="DataFolderException">The folder cannot be made or written, or another process owns it.</exception>
    public DataFolder(string path, string? files = null, bool isOwned = true)
    {
        Path = System.IO.Path.GetFullPath(path);
        Files = files is null ? System.IO.Path.Combine(Path, "files") : System.IO.Path.GetFullPath(files);
        IsFlat = files is not null;
        try
        {
            Directory.CreateDirectory(Files);
            Directory.CreateDirectory(Parts);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException($"The data folder '{Path}' cannot be made ({exception.Message}): set Downloads:DataDirectory to a folder that this user may write.", exception);
        }

        _lock = isOwned ? TakeLock() : null;
    }

    public string Path { get; }

    public string Database => System.IO.Path.Combine(Path, "echoservice.db");

    /// <summary>Whole files under their visible names, a folder a job unless <see cref="IsFlat"/>.</summary>
    public string Files { get; }

    /// <summary>All jobs' files lie in <see cref="Files"/> itself, beside files of others: no folder is ours to remove.</summary>
    public bool IsFlat { get; }

    /// <summary>What is being written. On the same file system as <see cref="Files"/>, for a rename leads from here to there.</summary>
    public string Parts => System.IO.Path.Combine(Path, "parts");

    public void Dispose() => _lock?.Dispose();

    /// <summary>Writes and removes a small file. Null: all is well; else why nothing can be stored now.</summary>
    public string? Probe()
    {
        try
        {
            var drive = new DriveInfo(Path);
            if (drive.AvailableFreeSpace < Math.Min(ReservedBytes, drive.TotalSize / 20))
            {
                return "The data folder's disk is nearly full.";
            }

            var path = System.IO.Path.Combine(Parts, $"probe.{Environment.MachineName}.{Environment.ProcessId}");
            File.WriteAllText(path, "probe");
            File.Delete(path);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"The data folder cannot be written: {exception.Message}";
        }
    }

    private FileStream TakeLock()
    {
        var path = System.IO.Path.Combine(Path, "echoservice.lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.None);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new DataFolderException($"The data folder '{Path}' cannot be written: set Downloads:DataDirectory to a folder that this user may write.", exception);
        }
        catch (IOException exception)
        {
            throw new DataFolderException($"The data folder '{Path}' is in use by another process: stop that one, or set Downloads:DataDirectory to another folder.", exception);
        }
    }
}
