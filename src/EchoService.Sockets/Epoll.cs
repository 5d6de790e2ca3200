using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace EchoService.Sockets;

/// <summary>What epoll is asked for, and what it tells (epoll_ctl(2)).</summary>
[Flags]
internal enum EpollEvents : uint
{
    None = 0,

    /// <summary>Bytes, or the client's FIN.</summary>
    Readable = 0x1,
    Writable = 0x4,

    /// <summary>An error; told without being asked for.</summary>
    Error = 0x8,

    /// <summary>Both directions are closed; told without being asked for.</summary>
    HangUp = 0x10,
}

/// <summary>Linux's epoll, level-triggered: the three calls that .NET has no method for.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class Epoll : IDisposable
{
    private const int Interrupted = 4; // EINTR
    private const int CloseOnExec = 0x80000;
    private const int Most = 256;

    /// <summary>On x86 the kernel's <c>struct epoll_event</c> is packed: four bytes of events, then eight of ours. Elsewhere four bytes of nothing are between.</summary>
    private static readonly int TokenAt = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;

    private readonly int _descriptor;
    private readonly byte* _told = (byte*)NativeMemory.Alloc(Most, (nuint)(TokenAt + sizeof(ulong)));

    public Epoll()
    {
        _descriptor = Create(CloseOnExec);
        Check(_descriptor);
    }

    private enum Operation
    {
        Add = 1,
        Remove = 2,
        Change = 3,
    }

    /// <param name="token">Comes back with what is told of <paramref name="descriptor"/>.</param>
    public void Add(int descriptor, EpollEvents events, ulong token) => Check(Control(Operation.Add, descriptor, events, token));

    public void Change(int descriptor, EpollEvents events, ulong token) => Check(Control(Operation.Change, descriptor, events, token));

    public void Remove(int descriptor) => Check(Control(Operation.Remove, descriptor, EpollEvents.None, 0));

    /// <summary>Blocks until there is something to tell; returns how many.</summary>
    public int Wait()
    {
        var count = Wait(_descriptor, _told, Most, -1);
        return count < 0 && Marshal.GetLastPInvokeError() == Interrupted ? 0 : Check(count);
    }

    /// <summary>What the last <see cref="Wait()"/> has to tell.</summary>
    public (EpollEvents Events, ulong Token) Told(int index)
    {
        var at = _told + (index * (TokenAt + sizeof(ulong)));
        return (*(EpollEvents*)at, *(ulong*)(at + TokenAt));
    }

    /// <summary>Nobody waits any more.</summary>
    public void Dispose()
    {
        _ = Close(_descriptor);
        NativeMemory.Free(_told);
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int epoll, Operation operation, int descriptor, byte* asked);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int Wait(int epoll, byte* told, int most, int timeout);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    private int Control(Operation operation, int descriptor, EpollEvents events, ulong token)
    {
        var asked = stackalloc byte[16];
        *(EpollEvents*)asked = events;
        *(ulong*)(asked + TokenAt) = token;
        return Control(_descriptor, operation, descriptor, asked);
    }
}
