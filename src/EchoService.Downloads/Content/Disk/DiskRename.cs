using System.Runtime.InteropServices;

namespace EchoService.Downloads.Content.Disk;

/// <summary>
/// Gives a file another name, in place of what has that name. On Unix <c>rename</c> alone: <see cref="File.Move(string, string, bool)"/>
/// first looks at both names, which for small files costs as much as the rest of placing them.
/// </summary>
internal static partial class DiskRename
{
    /// <summary>ENOENT, on Linux, macOS and the BSDs.</summary>
    private const int NoEntry = 2;

    /// <returns>False: there is no <paramref name="from"/>.</returns>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    public static bool TryReplace(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
            return TryMove(from, to);
        }

        if (Rename(from, to) == 0)
        {
            return true;
        }

        // No entry may also mean that the folder of the new name is gone.
        var error = Marshal.GetLastPInvokeError();
        return error == NoEntry && !File.Exists(from)
            ? false
            : throw new IOException($"rename of '{from}' to '{to}' failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    private static bool TryMove(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: true);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
