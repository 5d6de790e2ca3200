using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace EchoService.Sockets;

/// <summary>
/// A connection that we have made, as a stream. Unlike a <see cref="NetworkStream"/> it hears of bytes only when somebody waits for them: one that
/// works on a large piece while the next arrives is not disturbed, nor is a thread of the pool woken for nothing.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class PolledStream : AsyncStream
{
    private readonly StreamSocket _socket;

    private PolledStream(StreamSocket socket) => _socket = socket;

    /// <exception cref="SocketException">There is no connection to be had.</exception>
    public static async Task<Stream> ConnectAsync(IPEndPoint to, SocketPoller poller, CancellationToken cancellationToken)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        StreamSocket? connection = null;
        try
        {
            socket.NoDelay = true;
            Begin(socket, to);
            connection = new StreamSocket(socket, poller);
            await connection.ConnectedAsync(cancellationToken);
            return new PolledStream(connection);
        }
        catch (Exception exception)
        {
            connection?.Close(exception);
            socket.Dispose();
            throw;
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _socket.Receive.ReceiveAsync(buffer, cancellationToken);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        await _socket.Send.SendAsync(buffer, cancellationToken);

    /// <summary>Whoever still reads or writes gets an <see cref="IOException"/>.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _socket.Close(new IOException("The connection was closed from this side."));
        }

        base.Dispose(disposing);
    }

    private static void Begin(Socket socket, IPEndPoint to)
    {
        socket.Blocking = false;
        try
        {
            socket.Connect(to);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // It is under way.
        }
    }

    private sealed class StreamSocket : PolledSocket
    {
        public StreamSocket(Socket socket, SocketPoller poller)
            : base(socket, poller)
        {
            Receive = new(this);
            Send = new(this);
            Join();
        }

        public SocketReceive Receive { get; }

        public SocketSend Send { get; }

        protected override ISocketWait Receiving => Receive;

        protected override ISocketWait Sending => Send;

        /// <summary>Ends when there is a connection.</summary>
        /// <exception cref="SocketException">There is none to be had.</exception>
        public async Task ConnectedAsync(CancellationToken cancellationToken)
        {
            await Send.CanSendAsync(cancellationToken);
            var error = (int)Socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
            if (error != 0)
            {
                throw new SocketException(error);
            }
        }

        protected override Exception Broken(Win32Exception cause) => new IOException(cause.Message, cause);
    }
}
