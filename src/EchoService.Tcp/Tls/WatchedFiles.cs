using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Tls;

/// <summary>
/// What was made of some files, made again when one of them has changed. They are looked at when somebody asks, which costs microseconds
/// beside a handshake, and sees what a watcher misses: a mounted secret whose links are switched, a network file system.
/// </summary>
internal sealed class WatchedFiles<T>(string key, IReadOnlyList<string> paths, Func<T> load, ILogger logger)
    where T : class
{
    private readonly Lock _loading = new();
    private FileStamp[] _stamps = [];
    private T? _value;

    /// <summary>Of the files as they are now; of the last good ones, while those of now cannot be used.</summary>
    public T Current()
    {
        var stamps = Stamps();
        lock (_loading)
        {
            if (_value is null)
            {
                _value = load();
                _stamps = stamps;
            }
            else if (!stamps.AsSpan().SequenceEqual(_stamps))
            {
                _stamps = stamps;
                Reload();
            }

            return _value;
        }
    }

    private void Reload()
    {
        try
        {
            _value = load();
            logger.CertificateReloaded(key, paths[0]);
        }
        catch (Exception exception) when (TlsFailure.OfFiles(exception))
        {
            logger.CertificateKept(key, paths[0], exception.Message);
        }
    }

    private FileStamp[] Stamps() => [.. paths.Select(FileStamp.Of)];
}

/// <summary>Time and length of what a path leads to, through links; none of either where there is nothing.</summary>
internal readonly record struct FileStamp(DateTime Written, long Length)
{
    public static FileStamp Of(string path)
    {
        try
        {
            // By the open file: a path's own time would be that of the link.
            using var file = File.OpenHandle(path);
            return new(File.GetLastWriteTimeUtc(file), RandomAccess.GetLength(file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }
}
