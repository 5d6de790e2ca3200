namespace EchoService.Sockets;

/// <summary>One direction of a socket, and whoever waits for it.</summary>
internal interface ISocketWait
{
    PendingOperation Pending { get; }

    /// <summary>With the socket's gate. True: what was waited for is there, and one of <see cref="Pending"/>'s resumptions follows without it.</summary>
    bool TryGoOn();
}
