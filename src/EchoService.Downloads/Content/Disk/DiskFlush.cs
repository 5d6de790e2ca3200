using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EchoService.Downloads.Content.Disk;

/// <summary>
/// Makes files and folder entries durable. .NET flushes files (<see cref="RandomAccess.FlushToDisk"/>) but has no call for a
/// folder, nor for many files at once: on Unix <c>fsync</c> of the folder, on Linux <c>syncfs</c> (since 5.8 it reports write
/// errors too). Elsewhere each file is flushed, and renames are the file system's own promise.
/// </summary>
internal static partial class DiskFlush
{
    /// <summary>From how many files on one flush of the file system is cheaper than one for each.</summary>
    private const int Shared = 8;

    /// <summary>Flushes the contents of all files and the entries of the folder that they lie in.</summary>
    /// <exception cref="IOException">The bytes may not be on disk.</exception>
    public static void Files(IReadOnlyList<SafeFileHandle> files, string folder)
    {
        if (OperatingSystem.IsLinux() && files.Count >= Shared)
        {
            if (SyncFileSystem(files[0]) != 0)
            {
                throw Failed("syncfs", folder);
            }

            return;
        }

        foreach (var file in files)
        {
            RandomAccess.FlushToDisk(file);
        }

        Folder(folder);
    }

    /// <summary>Flushes a folder's entries, so that a rename in it survives a power failure.</summary>
    public static void Folder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(path, OpenFlags);
        if (descriptor < 0)
        {
            throw Failed("open", path);
        }

        try
        {
            if (FlushFile(descriptor) != 0)
            {
                throw Failed("fsync", path);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    // O_CLOEXEC is 0x80000 on Linux and 0x1000000 on macOS; O_RDONLY is 0 everywhere, and opening a folder needs no more.
    private static int OpenFlags => OperatingSystem.IsLinux() ? 0x80000 : 0x1000000;

    private static IOException Failed(string call, string path) =>
        new($"{call} of '{path}' failed: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushFile(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFileSystem(SafeFileHandle descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
