using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using EchoService.Sockets;

namespace EchoService.Tests.Sockets;

/// <summary>What the HTTP stack relies on in a stream, shown on a real connection.</summary>
[SupportedOSPlatform("linux")]
public sealed class PolledStreamTests : IAsyncLifetime
{
    private readonly Dialer _dialer = new("tests");
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private Stream _stream = null!;
    private Socket _peer = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    public async ValueTask InitializeAsync()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _stream = await _dialer.DialAsync(Address, Cancelled);
        _peer = await _listener.AcceptAsync(Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _peer.Dispose();
        _listener.Dispose();
        _dialer.Dispose();
    }

    [Fact]
    public async Task BytesComeAndGoAndAFinIsTheEnd()
    {
        Assert.IsType<PolledStream>(_stream);
        var buffer = new byte[16];
        var read = _stream.ReadAsync(buffer, Cancelled);
        Assert.False(read.IsCompleted);
        await _peer.SendAsync("abc"u8.ToArray(), Cancelled);
        Assert.Equal(3, await read);
        await _peer.SendAsync("defg"u8.ToArray(), Cancelled);
        _peer.Shutdown(SocketShutdown.Send);
        await _stream.ReadExactlyAsync(buffer.AsMemory(3, 4), Cancelled);
        Assert.Equal("abcdefg"u8, buffer.AsSpan(0, 7));
        Assert.Equal(0, await _stream.ReadAsync(buffer, Cancelled));
        Assert.Equal(0, await _stream.ReadAsync(buffer, Cancelled));

        await _stream.WriteAsync("still open"u8.ToArray(), Cancelled);
        Assert.Equal(10, await _peer.ReceiveAsync(buffer, Cancelled));
    }

    [Fact]
    public async Task AWriteEndsWhenASlowReaderHasLetAllOfItIn()
    {
        var bytes = new byte[32 << 20];
        new Random(7).NextBytes(bytes);
        var writing = _stream.WriteAsync(bytes, Cancelled).AsTask();
        Assert.False(writing.IsCompleted);
        var received = new byte[bytes.Length];
        var count = 0;
        while (count < bytes.Length)
        {
            count += await _peer.ReceiveAsync(received.AsMemory(count, Math.Min(100_000, bytes.Length - count)), Cancelled);
        }

        await writing;
        Assert.True(received.AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public async Task ACancelledReadTakesNothingAndTheNextGoesOn()
    {
        using var stop = new CancellationTokenSource();
        var buffer = new byte[4];
        var read = _stream.ReadAsync(buffer, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await _peer.SendAsync("abcd"u8.ToArray(), Cancelled);
        var other = new byte[4];
        await _stream.ReadExactlyAsync(other, Cancelled);
        Assert.Equal("abcd"u8, other);
        Assert.All(buffer, value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task WhoeverWaitsLearnsOfTheEndFromThisSide()
    {
        var read = _stream.ReadAsync(new byte[1], Cancelled).AsTask();
        var write = _stream.WriteAsync(new byte[32 << 20], Cancelled).AsTask();
        await _stream.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(() => read);
        await Assert.ThrowsAsync<IOException>(() => write);
        await Assert.ThrowsAsync<IOException>(async () => await _stream.ReadExactlyAsync(new byte[1], Cancelled));
        await Assert.ThrowsAsync<IOException>(async () => await _stream.WriteAsync(new byte[1], Cancelled));
    }

    [Fact]
    public async Task AResetIsAnIoExceptionForBothDirections()
    {
        var read = _stream.ReadAsync(new byte[1], Cancelled).AsTask();
        _peer.LingerState = new LingerOption(enable: true, 0);
        _peer.Dispose();
        await Assert.ThrowsAsync<IOException>(() => read);
        await Assert.ThrowsAsync<IOException>(async () => await _stream.WriteAsync(new byte[1], Cancelled));
    }

    [Fact]
    public async Task NoConnectionIsASocketExceptionThatSaysWhy()
    {
        var address = Address;
        _listener.Dispose();
        var refused = await Assert.ThrowsAsync<SocketException>(() => _dialer.DialAsync(address, Cancelled));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    /// <summary>A full queue of a listener that accepts nobody: the kernel drops what comes, as a host does that is switched off.</summary>
    [Fact]
    public async Task AConnectionUnderWayCanBeGivenUp()
    {
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(full.LocalEndPoint!, Cancelled);

        using var stop = new CancellationTokenSource();
        var dialing = _dialer.DialAsync((IPEndPoint)full.LocalEndPoint!, stop.Token);
        Assert.False(dialing.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialing);
    }

    [Fact]
    public async Task ASecondReadBesideAnotherIsRefusedAndTheFirstGoesOn()
    {
        var buffer = new byte[4];
        var read = _stream.ReadAsync(buffer, Cancelled).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _stream.ReadExactlyAsync(new byte[4], Cancelled));
        await _peer.SendAsync("abcd"u8.ToArray(), Cancelled);
        Assert.Equal(4, await read);
        Assert.Equal("abcd"u8, buffer);
    }

    [Fact]
    public async Task ADialersEndIsItsConnectionsEnd()
    {
        var read = _stream.ReadAsync(new byte[1], Cancelled).AsTask();
        _dialer.Dispose();
        await Assert.ThrowsAsync<IOException>(() => read);
        Assert.Equal(0, await _peer.ReceiveAsync(new byte[1], Cancelled));
        await Assert.ThrowsAsync<SocketException>(() => _dialer.DialAsync(Address, Cancelled));
    }
}
