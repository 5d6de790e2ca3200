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
internal sealed class PolledStream : Stream
{
    private readonly StreamSocket _socket;

    private PolledStream(StreamSocket socket) => _socket = socket;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

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

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var sending = _socket.Send.SendAsync(buffer, cancellationToken);
        if (!sending.IsCompletedSuccessfully)
        {
            return new(sending.AsTask());
        }

        _ = sending.Result;
        return default;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

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
