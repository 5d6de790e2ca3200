using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EchoService.Downloads.Content.Disk;

/// <summary>
/// Writes at a place of a file that can have one. On Linux <c>pwrite</c> alone: <see cref="RandomAccess"/> first asks every new handle whether
/// it can, one more call a file.
/// </summary>
internal static unsafe partial class DiskWrite
{
    /// <summary>EINTR: a signal came while a slow file system had the call.</summary>
    private const int Interrupted = 4;

    /// <exception cref="IOException">Not all of it is written: the disk is full, or fails.</exception>
    public static void At(SafeFileHandle file, string path, ReadOnlySpan<byte> bytes, long offset)
    {
        // Where a word has 32 bits, so has the offset of this call.
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            RandomAccess.Write(file, bytes, offset);
            return;
        }

        while (!bytes.IsEmpty)
        {
            var written = Write(file, path, bytes, offset);
            bytes = bytes[written..];
            offset += written;
        }
    }

    private static int Write(SafeFileHandle file, string path, ReadOnlySpan<byte> bytes, long offset)
    {
        fixed (byte* first = bytes)
        {
            var written = (int)Write(file, first, (nuint)bytes.Length, offset);
            var error = written < 0 ? Marshal.GetLastPInvokeError() : 0;
            return error switch
            {
                0 => written,
                Interrupted => 0,
                _ => throw new IOException($"'{path}' cannot be written: {Marshal.GetPInvokeErrorMessage(error)}", error),
            };
        }
    }

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, byte* bytes, nuint length, long offset);
}
