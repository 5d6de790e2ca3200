using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EchoService.Downloads.Content.Disk;

/// <summary>
/// Writes at a place of a file that can have one. On Linux <c>pwrite</c> alone: <see cref="RandomAccess"/> first asks every new handle whether
/// it can, one more call a file.
/// </summary>
internal static unsafe partial class DiskWrite
{
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
            nint written;
            fixed (byte* first = bytes)
            {
                written = Write(file, first, (nuint)bytes.Length, offset);
            }

            if (written >= 0)
            {
                bytes = bytes[(int)written..];
                offset += written;
            }
            else if (Marshal.GetLastPInvokeError() is var error and not DiskCreate.Interrupted)
            {
                throw new IOException($"'{path}' cannot be written: {Marshal.GetPInvokeErrorMessage(error)}", error);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, byte* bytes, nuint length, long offset);
}
