using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace EchoService.Sockets;

/// <summary>
/// Linux's recv(2) and send(2), for a socket that never blocks. What .NET does around them was a thirtieth of the processor time of a
/// small message. Below 0: <see cref="Marshal.GetLastPInvokeError"/> says why.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class SocketCalls
{
    public const int Interrupted = 4; // EINTR
    public const int NotNow = 11; // EAGAIN
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL

    public static int Receive(int descriptor, Span<byte> into)
    {
        fixed (byte* first = into)
        {
            return (int)Receive(descriptor, first, (nuint)into.Length, 0);
        }
    }

    public static int Send(int descriptor, ReadOnlySpan<byte> from)
    {
        fixed (byte* first = from)
        {
            return (int)Send(descriptor, first, (nuint)from.Length, NoSignal);
        }
    }

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int descriptor, byte* into, nuint most, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int descriptor, byte* from, nuint length, int flags);
}
