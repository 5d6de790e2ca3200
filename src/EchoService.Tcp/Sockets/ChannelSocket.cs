using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.Versioning;
using EchoService.Sockets;
using Microsoft.AspNetCore.Connections;

namespace EchoService.Tcp.Sockets;

/// <summary>A client's socket as a handler sees it: a pipe in, a pipe out.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ChannelSocket : PolledSocket
{
    /// <param name="runsInline">What waits for the socket goes on on the poller's thread.</param>
    public ChannelSocket(Socket socket, SocketPoller poller, bool runsInline)
        : base(socket, poller)
    {
        Input = new(this, runsInline);
        Output = new(this, runsInline);
        Join();
    }

    public SocketReader Input { get; }

    public SocketWriter Output { get; }

    protected override ISocketWait Receiving => Input;

    protected override ISocketWait Sending => Output;

    protected override Exception Broken(Win32Exception cause) => new ConnectionResetException(cause.Message, cause);
}
