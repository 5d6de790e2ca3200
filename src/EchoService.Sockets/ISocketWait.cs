namespace EchoService.Sockets;

/// <summary>One direction of a socket, and whoever waits for it.</summary>
internal interface ISocketWait
{
    /// <summary>With the socket's gate.</summary>
    bool IsWaiting { get; }

    /// <summary>With the socket's gate. True: what was waited for is there, and <see cref="Resume"/> or <see cref="ResumeElsewhere"/> follows without it.</summary>
    bool TryGoOn();

    /// <summary>Lets the one who waits go on, on this thread where it wants that.</summary>
    void Resume();

    /// <summary>The same from a thread that has other things to do.</summary>
    void ResumeElsewhere();
}
