using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace EchoService.Sockets;

/// <summary>
/// A connected socket that never blocks, and its place in a poller. Everything that touches the descriptor holds <see cref="Gate"/>,
/// so that none of it can meet a descriptor that was closed and is another's by now.
/// </summary>
[SupportedOSPlatform("linux")]
internal abstract class PolledSocket
{
    private readonly SocketPoller _poller;
    private readonly int _descriptor;
    private ulong _token;
    private EpollEvents _asked;
    private bool _isPolled;
    private bool _isClosed;

    protected PolledSocket(Socket socket, SocketPoller poller)
    {
        socket.Blocking = false;
        (Socket, _poller, _descriptor) = (socket, poller, (int)socket.Handle);
    }

    public Socket Socket { get; }

    public Lock Gate { get; } = new();

    /// <summary>What has broken the connection, for both directions: the kernel tells it once, to whoever asks first.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Who waits to receive.</summary>
    protected abstract ISocketWait Receiving { get; }

    /// <summary>Who waits to send.</summary>
    protected abstract ISocketWait Sending { get; }

    /// <summary>With <see cref="Gate"/>. False: nothing is to be read now. 0 bytes are the client's FIN, or <see cref="Failure"/>.</summary>
    public bool TryReceive(Span<byte> into, out int bytes)
    {
        bytes = 0;
        if (Failure is not null)
        {
            return true;
        }

        bytes = SocketCalls.Receive(_descriptor, into);
        return bytes >= 0 || Failed(out bytes);
    }

    /// <summary>With <see cref="Gate"/>. False: nothing can be sent now. 0 bytes: see <see cref="Failure"/>.</summary>
    public bool TrySend(ReadOnlySpan<byte> from, out int bytes)
    {
        bytes = 0;
        if (Failure is not null)
        {
            return true;
        }

        bytes = SocketCalls.Send(_descriptor, from);
        return bytes >= 0 || Failed(out bytes);
    }

    /// <summary>With <see cref="Gate"/>. False: the poller will tell nothing more, for what can happen has happened.</summary>
    public bool Ask(EpollEvents events)
    {
        if (_isPolled && (_asked & events) != events)
        {
            Change(_asked | events);
        }

        return _isPolled;
    }

    /// <summary>On the poller's thread.</summary>
    public void Tell(EpollEvents events, ulong token)
    {
        bool read, write;
        lock (Gate)
        {
            if (!_isPolled || token != _token)
            {
                return;
            }

            // After an error, or when both sides have closed, epoll would tell the same again and again.
            var isLast = (events & (EpollEvents.Error | EpollEvents.HangUp)) != EpollEvents.None;
            if (isLast)
            {
                Leave();
            }

            // What is told and nobody waits for is not asked for any more. A reader that goes on now will soon wait again.
            var wanted = _asked & ~(Receiving.Pending.IsWaiting ? EpollEvents.None : events & EpollEvents.Readable);
            read = (isLast || events.HasFlag(EpollEvents.Readable)) && Receiving.TryGoOn();
            write = (isLast || events.HasFlag(EpollEvents.Writable)) && Sending.TryGoOn();
            wanted &= ~(Sending.Pending.IsWaiting ? EpollEvents.None : EpollEvents.Writable);
            if (_isPolled && wanted != _asked)
            {
                Change(wanted);
            }
        }

        if (read)
        {
            Receiving.Pending.Resume();
        }

        if (write)
        {
            Sending.Pending.Resume();
        }
    }

    /// <summary>With a reset.</summary>
    /// <param name="reason">For whoever still waits.</param>
    public void Abort(Exception reason) => Close(reason, () => Socket.Close(timeout: 0));

    /// <summary>What was sent goes out, and a FIN after it.</summary>
    /// <param name="reason">For whoever still waits.</param>
    public void Close(Exception reason) => Close(reason, Socket.Dispose);

    /// <summary>Last, by whoever is made: the poller may call at once.</summary>
    protected void Join()
    {
        lock (Gate)
        {
            _token = _poller.Add(this, _descriptor);
            _isPolled = true;
        }
    }

    /// <summary>What <see cref="Failure"/> is to be when the kernel says that the connection is broken.</summary>
    protected abstract Exception Broken(Win32Exception cause);

    private void Close(Exception reason, Action close)
    {
        bool read, write;
        lock (Gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            Failure ??= reason;
            if (_isPolled)
            {
                Leave();
            }

            close();
            read = Receiving.TryGoOn();
            write = Sending.TryGoOn();
        }

        if (read)
        {
            Receiving.Pending.ResumeElsewhere();
        }

        if (write)
        {
            Sending.Pending.ResumeElsewhere();
        }
    }

    private bool Failed(out int bytes)
    {
        bytes = 0;
        var error = Marshal.GetLastPInvokeError();

        // Where the poller has left there is no later: whatever the kernel says, nothing will come.
        if (error is SocketCalls.NotNow or SocketCalls.Interrupted && _isPolled)
        {
            return false;
        }

        Failure = Broken(new Win32Exception(error));
        return true;
    }

    private void Change(EpollEvents asked)
    {
        _asked = asked;
        _poller.Change(_descriptor, asked, _token);
    }

    private void Leave()
    {
        _isPolled = false;
        _poller.Remove(_descriptor, _token);
    }
}
