using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace EchoService.Sockets;

/// <summary>
/// A thread that waits for many sockets, and tells each what it may do. What a handler does with it runs on this thread when the
/// connection says so: no other thread has to be woken for a message.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class SocketPoller : IDisposable
{
    private const ulong Bell = ulong.MaxValue;

    private readonly Socket _bell = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Epoll _epoll = new();
    private readonly Lock _gate = new();
    private readonly Stack<int> _free = [];
    private PolledSocket?[] _sockets = new PolledSocket?[64];
    private uint _lastNumber;
    private bool _hasEnded;

    public SocketPoller(string name) => new Thread(Run) { IsBackground = true, Name = name }.UnsafeStart();

    /// <summary>Tells <paramref name="socket"/> from now on of errors, and of what it asks for.</summary>
    /// <exception cref="Win32Exception">The kernel watches no more sockets.</exception>
    /// <exception cref="ObjectDisposedException">The poller has ended.</exception>
    public ulong Add(PolledSocket socket, int descriptor)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_hasEnded, this);
            var slot = FreeSlot();

            // The number tells a socket from one that had the slot before: epoll may still have news of that one in hand.
            var token = ((ulong)++_lastNumber << 32) | (uint)slot;
            _sockets[slot] = socket;
            try
            {
                _epoll.Add(descriptor, EpollEvents.None, token);
                return token;
            }
            catch
            {
                Free(slot);
                throw;
            }
        }
    }

    public void Change(int descriptor, EpollEvents events, ulong token)
    {
        lock (_gate)
        {
            if (!_hasEnded)
            {
                _epoll.Change(descriptor, events, token);
            }
        }
    }

    /// <summary>Before the descriptor is closed.</summary>
    public void Remove(int descriptor, ulong token)
    {
        lock (_gate)
        {
            if (_hasEnded)
            {
                return;
            }

            _epoll.Remove(descriptor);
            Free(SlotOf(token));
        }
    }

    /// <summary>Ends the thread soon, and does not wait for it: this may be the thread. It closes the sockets that are left.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_hasEnded)
            {
                _hasEnded = true;

                // A socket that is connected to nobody has hung up: epoll tells it at once.
                _epoll.Add((int)_bell.Handle, EpollEvents.None, Bell);
            }
        }
    }

    private static int SlotOf(ulong token) => (int)(uint)token;

    private void Free(int slot)
    {
        _sockets[slot] = null;
        _free.Push(slot);
    }

    private int FreeSlot()
    {
        if (_free.TryPop(out var slot))
        {
            return slot;
        }

        var more = _sockets.Length;
        Array.Resize(ref _sockets, 2 * more);
        for (slot = _sockets.Length - 1; slot > more; slot--)
        {
            _free.Push(slot);
        }

        return more;
    }

    private void Run()
    {
        while (TellAll(_epoll.Wait()))
        {
            // Until the bell rings.
        }

        foreach (var socket in _sockets)
        {
            socket?.Close(new IOException("Nobody listens for this connection any more."));
        }

        _epoll.Dispose();
        _bell.Dispose();
    }

    private bool TellAll(int count)
    {
        for (var n = 0; n < count; n++)
        {
            var (events, token) = _epoll.Told(n);
            if (token == Bell)
            {
                return false;
            }

            Volatile.Read(ref _sockets)[SlotOf(token)]?.Tell(events, token);
        }

        return true;
    }
}
