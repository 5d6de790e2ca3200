using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EchoService.Downloads.Content.Disk;

/// <summary>
/// Creates a file that must not be there yet. On Linux <c>open</c> alone: <see cref="File.OpenHandle"/> asks for the kind of file system, locks and
/// unlocks besides, three more calls a file. Elsewhere it stays with .NET, for <c>open</c> with a mode has variable arguments.
/// </summary>
internal static partial class DiskCreate
{
    /// <summary>O_RDWR, O_CREAT, O_EXCL and O_CLOEXEC of Linux, the same on x64 and arm64.</summary>
    private const int Flags = 0x2 | 0x40 | 0x80 | 0x80000;

    /// <summary>Read and write for all, as far as the umask allows: what .NET asks for too.</summary>
    private const int Mode = 0x1B6;

    /// <summary>EINTR: a signal came while a slow file system had the call.</summary>
    public const int Interrupted = 4;

    /// <exception cref="IOException">It is there, or it cannot be created.</exception>
    public static SafeFileHandle New(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        }

        while (true)
        {
            var handle = Open(path, Flags, Mode);
            if (!handle.IsInvalid)
            {
                return handle;
            }

            var error = Marshal.GetLastPInvokeError();
            handle.Dispose();
            if (error != Interrupted)
            {
                throw new IOException($"'{path}' cannot be created: {Marshal.GetPInvokeErrorMessage(error)}", error);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags, int mode);
}
